package org.georep.protocol;

import java.time.Duration;
import org.georep.name.VolumeId;

/** How the messages about the lease are written. */
final class LeaseValues {
  private static final int MAX_TEXT = 1 << 16;

  private LeaseValues() {}

  static void candidate(WireWriter out, Candidate candidate) throws ProtocolException {
    Values.uuid(out, candidate.session());
    Values.uuid(out, candidate.volume().value());
    out.signed(candidate.epoch());
    out.text(candidate.primary());
    Values.uuid(out, candidate.member());
    out.text(candidate.host());
    out.unsigned(candidate.length().toMillis());
    Values.gfid(out, candidate.witness());
  }

  static Candidate candidate(WireReader in) throws ProtocolException {
    return new Candidate(
        Values.uuid(in),
        new VolumeId(Values.uuid(in)),
        in.signed(),
        in.text(MAX_TEXT),
        Values.uuid(in),
        in.text(MAX_TEXT),
        Duration.ofMillis(in.unsigned()),
        Values.gfid(in));
  }

  private static void holder(WireWriter out, LeaseHolder holder) throws ProtocolException {
    out.signed(holder.term());
    Values.uuid(out, holder.member());
    out.text(holder.host());
    out.unsigned(holder.length().toMillis());
    Values.gfid(out, holder.witness());
  }

  private static LeaseHolder holder(WireReader in) throws ProtocolException {
    return new LeaseHolder(
        in.signed(),
        Values.uuid(in),
        in.text(MAX_TEXT),
        Duration.ofMillis(in.unsigned()),
        Values.gfid(in));
  }

  static void bound(WireWriter out, ClockBound bound) throws ProtocolException {
    out.signed(bound.at());
    Values.instant(out, bound.clock());
  }

  static ClockBound bound(WireReader in) throws ProtocolException {
    return new ClockBound(in.signed(), Values.instant(in));
  }

  static Request.LeaseBeat beat(WireReader in) throws ProtocolException {
    return new Request.LeaseBeat(in.optional(LeaseValues::bound), in.text(MAX_TEXT));
  }

  static void standing(WireWriter out, Reply.Standing standing) throws ProtocolException {
    out.optional(standing.session(), Values::uuid);
    out.optional(standing.volume(), (writer, volume) -> Values.uuid(writer, volume.value()));
    out.signed(standing.epoch());
    out.flag(standing.granted());
    out.optional(standing.holder(), LeaseValues::holder);
    out.flag(standing.live());
    out.optional(standing.stime(), Values::instant);
    out.signed(standing.now());
    out.optional(standing.clock(), LeaseValues::bound);
    out.text(standing.filter());
  }

  static Reply.Standing standing(WireReader in) throws ProtocolException {
    return new Reply.Standing(
        in.optional(Values::uuid),
        in.optional(reader -> new VolumeId(Values.uuid(reader))),
        in.signed(),
        in.flag(),
        in.optional(LeaseValues::holder),
        in.flag(),
        in.optional(Values::instant),
        in.signed(),
        in.optional(LeaseValues::bound),
        in.text(MAX_TEXT));
  }
}
