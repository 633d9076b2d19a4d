package org.georep.protocol;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;

/** How the messages of promoting and failing back are written. */
final class FailoverValues {
  private static final int MAX_TEXT = 1 << 16;

  /** The fewest bytes a relative takes. */
  private static final int MIN_RELATIVE = 8;

  private FailoverValues() {}

  static void origin(WireWriter out, Origin origin) throws ProtocolException {
    out.text(origin.session());
    out.text(origin.host());
    out.counted(origin.path());
  }

  static Origin origin(WireReader in) throws ProtocolException {
    return new Origin(in.text(MAX_TEXT), in.text(MAX_TEXT), in.counted(Values.MAX_PATH));
  }

  static void handover(WireWriter out, Request.Handover handover) throws ProtocolException {
    out.counted(handover.root());
    Values.uuid(out, handover.session());
    Values.uuid(out, handover.volume().value());
    Values.gfid(out, handover.rootGfid());
    Values.uuid(out, handover.former().value());
    out.signed(handover.epoch());
    out.text(handover.primary());
  }

  static Request.Handover handover(WireReader in) throws ProtocolException {
    return new Request.Handover(
        in.counted(Values.MAX_PATH),
        Values.uuid(in),
        new VolumeId(Values.uuid(in)),
        Values.gfid(in),
        new VolumeId(Values.uuid(in)),
        in.signed(),
        in.text(MAX_TEXT));
  }

  static void takeKin(WireWriter out, Request.TakeKin kin) throws ProtocolException {
    out.list(kin.relatives(), FailoverValues::relative);
    out.flag(kin.last());
  }

  static Request.TakeKin takeKin(WireReader in) throws ProtocolException {
    return new Request.TakeKin(in.list(MIN_RELATIVE, FailoverValues::relative), in.flag());
  }

  static void kin(WireWriter out, Reply.Kin kin) throws ProtocolException {
    Values.uuid(out, kin.former().value());
    out.signed(kin.epoch());
    out.list(kin.relatives(), FailoverValues::relative);
    out.flag(kin.last());
  }

  static Reply.Kin kin(WireReader in) throws ProtocolException {
    return new Reply.Kin(
        new VolumeId(Values.uuid(in)),
        in.signed(),
        in.list(MIN_RELATIVE, FailoverValues::relative),
        in.flag());
  }

  private static void relative(WireWriter out, Relative relative) throws ProtocolException {
    Values.gfid(out, relative.theirs());
    out.optional(relative.ours(), Values::gfid);
    out.octet(relative.kind().code());
    out.optional(relative.left(), Values::token);
    out.optional(relative.applied(), Values::instant);
    out.optional(relative.ctime(), Values::instant);
    out.flag(relative.untouched());
  }

  private static Relative relative(WireReader in) throws ProtocolException {
    Gfid theirs = Values.gfid(in);
    Optional<Gfid> ours = in.optional(Values::gfid);
    Kind kind = Kind.ofCode(in.octet());
    Optional<Token> left = in.optional(Values::token);
    Optional<Instant> applied = in.optional(Values::instant);
    Optional<Instant> ctime = in.optional(Values::instant);
    return new Relative(theirs, ours, kind, left, applied, ctime, in.flag());
  }

  static void promoted(WireWriter out, Reply.Promoted promoted) throws ProtocolException {
    Values.uuid(out, promoted.session());
    Values.uuid(out, promoted.volume().value());
    out.signed(promoted.epoch());
    Values.instant(out, promoted.at());
    out.optional(promoted.stime(), Values::instant);
    out.flag(promoted.before());
    out.flag(promoted.ended());
    out.flag(promoted.known());
    out.signed(promoted.incomplete());
    out.signed(promoted.doubted());
    out.signed(promoted.placeless());
    out.list(promoted.paths(), Values::path);
    out.optional(promoted.origin(), FailoverValues::origin);
  }

  static Reply.Promoted promoted(WireReader in) throws ProtocolException {
    UUID session = Values.uuid(in);
    VolumeId volume = new VolumeId(Values.uuid(in));
    return new Reply.Promoted(
        session,
        volume,
        in.signed(),
        Values.instant(in),
        in.optional(Values::instant),
        in.flag(),
        in.flag(),
        in.flag(),
        in.signed(),
        in.signed(),
        in.signed(),
        in.list(1, Values::path),
        in.optional(FailoverValues::origin));
  }
}
