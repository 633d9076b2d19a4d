package org.georep.protocol;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How replies are written. */
final class ReplyCodec {
  private static final int WELCOME = 1;
  private static final int REFUSED = 2;
  private static final int DONE = 3;
  private static final int FAILED = 4;
  private static final int DIFFERENT = 5;
  private static final int RECONCILED = 6;
  private static final int PREVIEWED = 7;
  private static final int SAME = 8;
  private static final int JOB_OPENED = 9;
  private static final int PUBLISHED = 10;
  private static final int SYNCED = 11;
  private static final int WEIGHED = 12;
  private static final int EXAMINED = 13;
  private static final int INSPECTED = 14;
  private static final int HASHED = 15;
  private static final int CONFLICTS = 16;
  private static final int SURVEYED = 17;
  private static final int BASIS_OPENED = 60;
  private static final int DIGESTS = 61;
  private static final int PROMOTED = 80;
  private static final int KIN = 81;
  private static final int HANDED_OVER = 82;
  private static final int STANDING = 84;
  private static final int BEATEN = 85;

  private static final int MAX_TEXT = 1 << 16;
  private static final int MIN_PLACE = 4;
  private static final int MIN_PATH = 1;
  private static final int MIN_NEEDED = 5;
  private static final int MIN_FAILURE = 4;
  private static final int MIN_CHANGE = 2;

  private ReplyCodec() {}

  static void write(WireWriter out, Reply reply, int protocol) throws ProtocolException {
    if (reply instanceof Reply.Reconciled reconciled) {
      out.octet(RECONCILED);
      out.list(reconciled.data(), ReplyCodec::writeNeeded);
      out.list(reconciled.loops(), Values::place);
      Values.gfids(out, reconciled.incomplete());
      Values.gfids(out, reconciled.listed());
      out.list(reconciled.failures(), ReplyCodec::writeFailure);
    } else if (reply instanceof Reply.Published published) {
      out.octet(PUBLISHED);
      Values.gfids(out, published.published());
      Values.gfids(out, published.unwanted());
      Values.gfids(out, published.missing());
      out.list(published.failures(), ReplyCodec::writeFailure);
      Values.gfids(out, published.directories());
    } else if (reply instanceof Reply.Previewed previewed) {
      out.octet(PREVIEWED);
      out.list(previewed.changes(), ReplyCodec::writeChange);
      Values.gfids(out, previewed.unknown());
    } else if (reply instanceof Reply.Same same) {
      out.octet(SAME);
      Values.gfids(out, same.files());
      Values.gfids(out, same.directories());
    } else if (reply instanceof Reply.Different different) {
      out.octet(DIFFERENT);
      Values.gfids(out, different.directories());
    } else if (reply instanceof Reply.Weighed weighed) {
      out.octet(WEIGHED);
      out.signed(weighed.leaving());
      out.signed(weighed.known());
      out.list(weighed.most(), Values::path);
    } else if (reply instanceof Reply.Digests digests) {
      out.octet(DIGESTS);
      out.counted(digests.values());
    } else if (reply instanceof Reply.BasisOpened opened) {
      out.octet(BASIS_OPENED);
      out.signed(opened.size());
    } else {
      writeSmall(out, reply, protocol);
    }
  }

  private static void writeSmall(WireWriter out, Reply reply, int protocol)
      throws ProtocolException {
    if (reply instanceof Reply.Welcome welcome) {
      out.octet(WELCOME);
      write(out, welcome);
    } else if (reply instanceof Reply.Refused refused) {
      out.octet(REFUSED);
      out.text(reason(refused.reason(), protocol).name());
      out.text(shortened(refused.sentence()));
    } else if (reply instanceof Reply.Done) {
      out.octet(DONE);
    } else if (reply instanceof Reply.Failed failed) {
      out.octet(FAILED);
      out.signed(failed.errno());
      out.text(shortened(failed.sentence()));
    } else if (reply instanceof Reply.JobOpened opened) {
      out.octet(JOB_OPENED);
      out.text(opened.ticket());
    } else if (reply instanceof Reply.Synced synced) {
      out.octet(SYNCED);
      out.signed(synced.limbo());
      out.signed(synced.discarded());
      out.optional(synced.trouble(), (writer, words) -> writer.text(shortened(words)));
    } else if (reply instanceof Reply.Examined examined) {
      out.octet(EXAMINED);
      out.list(examined.different(), (writer, at) -> writer.signed(at));
    } else if (reply instanceof Reply.Inspected inspected) {
      out.octet(INSPECTED);
      out.list(findings(inspected, protocol), VerifyValues::finding);
      out.optional(inspected.upTo(), Values::name);
    } else if (reply instanceof Reply.Hashed hashed) {
      out.octet(HASHED);
      out.list(hashed.digests(), (writer, digest) -> writer.optional(digest, WireWriter::raw));
    } else if (reply instanceof Reply.Surveyed surveyed) {
      out.octet(SURVEYED);
      write(out, surveyed);
    } else if (reply instanceof Reply.Conflicts conflicts) {
      out.octet(CONFLICTS);
      out.list(conflicts.found(), VerifyValues::conflict);
    } else if (reply instanceof Reply.Promoted promoted) {
      out.octet(PROMOTED);
      FailoverValues.promoted(out, promoted);
    } else if (reply instanceof Reply.Kin kin) {
      out.octet(KIN);
      FailoverValues.kin(out, kin);
    } else if (reply instanceof Reply.Standing standing) {
      out.octet(STANDING);
      LeaseValues.standing(out, standing);
    } else if (reply instanceof Reply.Beaten beaten) {
      out.octet(BEATEN);
      out.signed(beaten.now());
    } else if (reply instanceof Reply.HandedOver over) {
      out.octet(HANDED_OVER);
      out.signed(over.same());
      out.signed(over.changed());
      out.signed(over.foreign());
    } else {
      throw new IllegalStateException("no code for " + reply.getClass());
    }
  }

  static Reply read(WireReader in) throws ProtocolException {
    int code = in.octet();
    return switch (code) {
      case WELCOME -> readWelcome(in);
      case REFUSED -> new Reply.Refused(in.named(Reply.Refusal.class), in.text(MAX_TEXT));
      case DONE -> new Reply.Done();
      case FAILED -> new Reply.Failed(errno(in), in.text(MAX_TEXT));
      case WEIGHED -> new Reply.Weighed(in.signed(), in.signed(), in.list(MIN_PATH, Values::path));
      case DIFFERENT -> new Reply.Different(Values.gfids(in));
      case RECONCILED ->
          new Reply.Reconciled(
              in.list(MIN_NEEDED, ReplyCodec::readNeeded),
              in.list(MIN_PLACE, Values::place),
              Values.gfids(in),
              Values.gfids(in),
              in.list(MIN_FAILURE, ReplyCodec::readFailure));
      case PREVIEWED ->
          new Reply.Previewed(in.list(MIN_CHANGE, ReplyCodec::readChange), Values.gfids(in));
      case SAME -> new Reply.Same(Values.gfids(in), Values.gfids(in));
      case JOB_OPENED -> new Reply.JobOpened(in.text(MAX_TEXT));
      case PUBLISHED ->
          new Reply.Published(
              Values.gfids(in),
              Values.gfids(in),
              Values.gfids(in),
              in.list(MIN_FAILURE, ReplyCodec::readFailure),
              Values.gfids(in));
      case SYNCED ->
          new Reply.Synced(in.signed(), in.signed(), in.optional(reader -> reader.text(MAX_TEXT)));
      case EXAMINED -> new Reply.Examined(in.list(1, at -> at.within(0, Integer.MAX_VALUE)));
      case INSPECTED ->
          new Reply.Inspected(
              in.list(VerifyValues.MIN_FINDING, VerifyValues::finding), in.optional(Values::name));
      case HASHED ->
          new Reply.Hashed(in.list(1, digest -> digest.optional(bytes -> bytes.raw(32))));
      case CONFLICTS ->
          new Reply.Conflicts(in.list(VerifyValues.MIN_CONFLICT, VerifyValues::conflict));
      case SURVEYED -> readSurveyed(in);
      case BASIS_OPENED -> new Reply.BasisOpened(in.signed());
      case DIGESTS -> new Reply.Digests(in.counted(Frame.MAX_BODY));
      case PROMOTED -> FailoverValues.promoted(in);
      case KIN -> FailoverValues.kin(in);
      case STANDING -> LeaseValues.standing(in);
      case BEATEN -> new Reply.Beaten(in.signed());
      case HANDED_OVER -> new Reply.HandedOver(in.signed(), in.signed(), in.signed());
      default -> throw new ProtocolException("a reply of the unknown kind " + code + " arrived");
    };
  }

  private static Reply.Refusal reason(Reply.Refusal reason, int protocol) {
    return reason == Reply.Refusal.NEWER_FORMAT && protocol < Protocols.NEWER_FORMAT_REFUSAL
        ? Reply.Refusal.UNUSABLE
        : reason;
  }

  private static List<Finding> findings(Reply.Inspected inspected, int protocol) {
    return protocol < Protocols.DOUBTED_CONTENT
        ? inspected.findings().stream()
            .flatMap(finding -> finding.without(Aspect.CONTENT).stream())
            .toList()
        : inspected.findings();
  }

  private static void write(WireWriter out, Reply.Welcome welcome) throws ProtocolException {
    out.text(welcome.version());
    out.flag(welcome.fresh());
    out.optional(welcome.stime(), Values::instant);
    out.signed(welcome.epoch());
    out.flag(welcome.root());
    // Sorted, so that equal messages are equal bytes.
    out.list(
        new TreeMap<>(welcome.programs()).entrySet(),
        (writer, program) -> {
          writer.text(program.getKey());
          writer.text(program.getValue());
        });
    out.list(welcome.notes(), (writer, note) -> writer.text(shortened(note)));
  }

  private static Reply.Welcome readWelcome(WireReader in) throws ProtocolException {
    String version = in.text(MAX_TEXT);
    boolean fresh = in.flag();
    var stime = in.optional(Values::instant);
    long epoch = in.signed();
    boolean root = in.flag();
    Map<String, String> programs = new TreeMap<>();
    List<String[]> pairs =
        in.list(2, reader -> new String[] {reader.text(MAX_TEXT), reader.text(MAX_TEXT)});
    for (String[] pair : pairs) {
      programs.put(pair[0], pair[1]);
    }
    List<String> notes = in.list(1, reader -> reader.text(MAX_TEXT));
    return new Reply.Welcome(version, fresh, stime, epoch, root, programs, notes);
  }

  private static void write(WireWriter out, Reply.Surveyed surveyed) throws ProtocolException {
    Values.instant(out, surveyed.clock());
    out.flag(surveyed.exists());
    out.signed(surveyed.free());
    out.signed(surveyed.size());
    out.signed(surveyed.inodesFree());
    out.optional(surveyed.session(), Values::uuid);
    out.optional(surveyed.promoted(), Values::instant);
    out.optional(surveyed.within(), (writer, path) -> writer.text(shortened(path)));
  }

  private static Reply.Surveyed readSurveyed(WireReader in) throws ProtocolException {
    return new Reply.Surveyed(
        Values.instant(in),
        in.flag(),
        in.signed(),
        in.signed(),
        in.signed(),
        in.optional(Values::uuid),
        in.optional(Values::instant),
        in.optional(reader -> reader.text(MAX_TEXT)));
  }

  private static void writeNeeded(WireWriter out, Reply.Needed needed) throws ProtocolException {
    Values.gfid(out, needed.gfid());
    out.optional(needed.wanted(), Values::token);
    out.signed(needed.have());
    out.flag(needed.sameToken());
  }

  private static Reply.Needed readNeeded(WireReader in) throws ProtocolException {
    return new Reply.Needed(Values.gfid(in), in.optional(Values::token), in.signed(), in.flag());
  }

  private static void writeFailure(WireWriter out, Reply.Failure failure) throws ProtocolException {
    out.optional(failure.place(), Values::place);
    out.optional(failure.gfid(), Values::gfid);
    out.signed(failure.errno());
    out.text(shortened(failure.reason()));
  }

  private static Reply.Failure readFailure(WireReader in) throws ProtocolException {
    return new Reply.Failure(
        in.optional(Values::place), in.optional(Values::gfid), errno(in), in.text(MAX_TEXT));
  }

  private static void writeChange(WireWriter out, Reply.Change change) throws ProtocolException {
    out.text(change.what());
    Values.path(out, change.path());
  }

  private static Reply.Change readChange(WireReader in) throws ProtocolException {
    return new Reply.Change(in.text(MAX_TEXT), Values.path(in));
  }

  private static int errno(WireReader in) throws ProtocolException {
    return in.within(Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /** A sentence for people may quote names of any length; its end matters less than its arrival. */
  private static String shortened(String sentence) {
    int most = MAX_TEXT / 4;
    return sentence.length() <= most ? sentence : sentence.substring(0, most) + "...";
  }
}
