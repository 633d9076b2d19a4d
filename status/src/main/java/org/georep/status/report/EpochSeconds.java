package org.georep.status.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A moment in JSON: seconds since 1970 (UTC) as a decimal number, exact to the nanosecond. */
public final class EpochSeconds {
  private EpochSeconds() {}

  /** Returns a moment as a decimal number of seconds, without trailing zeros. */
  public static BigDecimal of(Instant moment) {
    BigDecimal seconds =
        BigDecimal.valueOf(moment.getEpochSecond()).add(BigDecimal.valueOf(moment.getNano(), 9));
    BigDecimal shortest = seconds.stripTrailingZeros();
    return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
  }

  /** Returns the moment of a decimal number of seconds; digits beyond nanoseconds are cut off. */
  public static Instant parse(BigDecimal seconds) {
    BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
    long nanos =
        seconds.subtract(whole).movePointRight(9).setScale(0, RoundingMode.DOWN).longValueExact();
    return Instant.ofEpochSecond(whole.longValueExact(), nanos);
  }

  /** Writes it. */
  public static final class Writer extends JsonSerializer<Instant> {
    /** For Jackson. */
    public Writer() {}

    @Override
    public void serialize(Instant moment, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeNumber(of(moment).toPlainString());
    }
  }

  /** Reads it; anything that is not a number is unknown. */
  public static final class Reader extends JsonDeserializer<Instant> {
    /** For Jackson. */
    public Reader() {}

    @Override
    public @Nullable Instant deserialize(JsonParser in, DeserializationContext context)
        throws IOException {
      if (in.currentToken() == JsonToken.VALUE_NUMBER_INT
          || in.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
        try {
          return parse(in.getDecimalValue());
        } catch (ArithmeticException | java.time.DateTimeException e) {
          return null;
        }
      }
      in.skipChildren();
      return null;
    }
  }
}
