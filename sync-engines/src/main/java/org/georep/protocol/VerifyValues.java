package org.georep.protocol;

import org.georep.name.FileName;

/** How the values of a verify are written: one pair of methods each. */
final class VerifyValues {
  static final int MIN_DIGEST = 20;
  static final int MIN_PIECE = 4;
  static final int MIN_FINDING = 4;
  static final int MIN_CONFLICT = 5;
  private static final int MIN_WANT = 3;
  private static final int MIN_TRAIT = 3;

  /** A trait's words are cut to this when made; see {@code Traits} of the agent. */
  private static final int MAX_TEXT = 1 << 12;

  private VerifyValues() {}

  private static void span(WireWriter out, NameSpan span) throws ProtocolException {
    out.optional(span.after(), Values::name);
    out.optional(span.upTo(), Values::name);
  }

  private static NameSpan span(WireReader in) throws ProtocolException {
    return new NameSpan(in.optional(Values::name), in.optional(Values::name));
  }

  static void digest(WireWriter out, SpanDigest digest) throws ProtocolException {
    Values.gfid(out, digest.directory());
    span(out, digest.span());
    out.raw(digest.value());
  }

  static SpanDigest digest(WireReader in) throws ProtocolException {
    return new SpanDigest(Values.gfid(in), span(in), in.raw(16));
  }

  static void inspect(WireWriter out, Request.Inspect inspect) throws ProtocolException {
    Values.gfid(out, inspect.directory());
    out.optional(inspect.itself(), Values::state);
    out.optional(inspect.span(), VerifyValues::span);
    out.list(inspect.wants(), Values::want);
  }

  static Request.Inspect inspect(WireReader in) throws ProtocolException {
    return new Request.Inspect(
        Values.gfid(in),
        in.optional(Values::state),
        in.optional(VerifyValues::span),
        in.list(MIN_WANT, Values::want));
  }

  static void piece(WireWriter out, Request.Piece piece) throws ProtocolException {
    Values.gfid(out, piece.gfid());
    out.unsigned(piece.offset());
    out.unsigned(piece.length());
  }

  static Request.Piece piece(WireReader in) throws ProtocolException {
    return new Request.Piece(Values.gfid(in), in.unsigned(), in.unsigned());
  }

  static void finding(WireWriter out, Finding finding) throws ProtocolException {
    out.optional(finding.name(), Values::name);
    out.list(finding.traits(), VerifyValues::trait);
    out.optional(finding.ctime(), Values::instant);
    out.signed(finding.inode());
  }

  static Finding finding(WireReader in) throws ProtocolException {
    return new Finding(
        in.<FileName>optional(Values::name),
        in.list(MIN_TRAIT, VerifyValues::trait),
        in.optional(Values::instant),
        in.signed());
  }

  private static void trait(WireWriter out, Trait trait) throws ProtocolException {
    out.text(trait.aspect().name());
    out.text(trait.primary());
    out.text(trait.secondary());
  }

  private static Trait trait(WireReader in) throws ProtocolException {
    return new Trait(in.named(Aspect.class), in.text(MAX_TEXT), in.text(MAX_TEXT));
  }

  static void conflict(WireWriter out, Reply.Conflict conflict) throws ProtocolException {
    Values.path(out, conflict.path());
    out.octet(conflict.kind().code());
    out.signed(conflict.size());
    Values.instant(out, conflict.mtime());
  }

  static Reply.Conflict conflict(WireReader in) throws ProtocolException {
    return new Reply.Conflict(
        Values.path(in), Kind.ofCode(in.octet()), in.signed(), Values.instant(in));
  }
}
