package org.georep.protocol;

import org.georep.name.VolumeId;

/** How requests are written. */
final class RequestCodec {
  private static final int HELLO = 1;
  private static final int PING = 2;
  private static final int CRAWL_BEGIN = 3;
  private static final int COMPARE = 4;
  private static final int CRAWL_END = 5;
  private static final int RECONCILE = 6;
  private static final int PREVIEW = 7;
  private static final int COMPARE_CONTENTS = 8;
  private static final int OPEN_JOB = 9;
  private static final int PUBLISH = 10;
  private static final int CLOSE_JOB = 11;
  private static final int BARRIER = 12;
  private static final int GOODBYE = 13;
  private static final int SUSPECTS = 14;
  private static final int WEIGH = 15;
  private static final int EXAMINE = 16;
  private static final int INSPECT = 17;
  private static final int HASH = 18;
  private static final int DISOWN = 19;
  private static final int LIST_CONFLICTS = 20;
  private static final int SURVEY = 21;
  private static final int OPEN_BASIS = 60;
  private static final int DIGEST_BLOCKS = 61;
  private static final int CLOSE_BASIS = 62;
  private static final int UNPACKS = 63;
  private static final int CONFIRM = 64;
  private static final int PROMOTE = 80;
  private static final int NEXT_KIN = 81;
  private static final int HANDOVER = 82;
  private static final int TAKE_KIN = 83;
  private static final int STAND = 84;
  private static final int LEASE_BEAT = 85;

  private static final int MAX_TEXT = 1 << 16;

  private RequestCodec() {}

  static void write(WireWriter out, Request request) throws ProtocolException {
    if (request instanceof Request.Reconcile reconcile) {
      out.octet(RECONCILE);
      write(out, reconcile);
    } else if (request instanceof Request.Compare compare) {
      out.octet(COMPARE);
      out.list(compare.directories(), RequestCodec::writeDigest);
    } else if (request instanceof Request.CompareContents compare) {
      out.octet(COMPARE_CONTENTS);
      out.signed(compare.batch());
      out.list(compare.files(), RequestCodec::writeContent);
    } else if (request instanceof Request.Publish publish) {
      out.octet(PUBLISH);
      out.signed(publish.batch());
      out.signed(publish.job());
      out.list(publish.files(), RequestCodec::writeStaged);
    } else if (request instanceof Request.Suspects suspects) {
      out.octet(SUSPECTS);
      out.list(suspects.files(), RequestCodec::writeSuspect);
    } else if (request instanceof Request.Preview preview) {
      out.octet(PREVIEW);
      Values.path(out, preview.path());
      Values.listing(out, preview.listing());
    } else if (request instanceof Request.DigestBlocks digest) {
      out.octet(DIGEST_BLOCKS);
      out.signed(digest.basis());
      out.signed(digest.block());
      out.signed(digest.digest());
      out.list(digest.ranges(), RequestCodec::writeRange);
    } else {
      writeSmall(out, request);
    }
  }

  private static void writeSmall(WireWriter out, Request request) throws ProtocolException {
    if (request instanceof Request.Hello hello) {
      out.octet(HELLO);
      write(out, hello);
    } else if (request instanceof Request.Ping) {
      out.octet(PING);
    } else if (request instanceof Request.Unpacks) {
      out.octet(UNPACKS);
    } else if (request instanceof Request.CrawlBegin) {
      out.octet(CRAWL_BEGIN);
    } else if (request instanceof Request.Weigh) {
      out.octet(WEIGH);
    } else if (request instanceof Request.CrawlEnd end) {
      out.octet(CRAWL_END);
      out.signed(end.batch());
    } else if (request instanceof Request.OpenJob open) {
      out.octet(OPEN_JOB);
      out.signed(open.job());
      out.text(open.engine());
    } else if (request instanceof Request.OpenBasis open) {
      out.octet(OPEN_BASIS);
      out.signed(open.basis());
      Values.gfid(out, open.gfid());
    } else if (request instanceof Request.Confirm confirm) {
      out.octet(CONFIRM);
      out.signed(confirm.batch());
      out.signed(confirm.basis());
      Values.state(out, confirm.state());
    } else if (request instanceof Request.CloseBasis close) {
      out.octet(CLOSE_BASIS);
      out.signed(close.basis());
    } else if (request instanceof Request.CloseJob close) {
      out.octet(CLOSE_JOB);
      out.signed(close.job());
    } else if (request instanceof Request.Barrier barrier) {
      out.octet(BARRIER);
      out.signed(barrier.upToBatch());
      Values.gfids(out, barrier.listed());
      out.optional(barrier.stime(), Values::instant);
      out.signed(barrier.discardUpTo());
    } else if (request instanceof Request.Survey) {
      out.octet(SURVEY);
    } else if (request instanceof Request.Goodbye) {
      out.octet(GOODBYE);
    } else if (request instanceof Request.Examine examine) {
      out.octet(EXAMINE);
      out.list(examine.spans(), VerifyValues::digest);
    } else if (request instanceof Request.Inspect inspect) {
      out.octet(INSPECT);
      VerifyValues.inspect(out, inspect);
    } else if (request instanceof Request.Hash hash) {
      out.octet(HASH);
      out.list(hash.pieces(), VerifyValues::piece);
    } else if (request instanceof Request.Disown disown) {
      out.octet(DISOWN);
      Values.gfids(out, disown.files());
    } else if (request instanceof Request.ListConflicts list) {
      out.octet(LIST_CONFLICTS);
      Values.path(out, list.after());
    } else if (request instanceof Request.Promote promote) {
      out.octet(PROMOTE);
      out.counted(promote.root());
      out.flag(promote.dryRun());
    } else if (request instanceof Request.NextKin next) {
      out.octet(NEXT_KIN);
      out.counted(next.root());
    } else if (request instanceof Request.Handover handover) {
      out.octet(HANDOVER);
      FailoverValues.handover(out, handover);
    } else if (request instanceof Request.TakeKin kin) {
      out.octet(TAKE_KIN);
      FailoverValues.takeKin(out, kin);
    } else if (request instanceof Request.Stand stand) {
      out.octet(STAND);
      out.counted(stand.root());
      out.optional(stand.candidate(), LeaseValues::candidate);
    } else if (request instanceof Request.LeaseBeat beat) {
      out.octet(LEASE_BEAT);
      out.optional(beat.clock(), LeaseValues::bound);
      out.text(beat.filter());
    } else {
      throw new IllegalStateException("no code for " + request.getClass());
    }
  }

  static Request read(WireReader in) throws ProtocolException {
    int code = in.octet();
    return switch (code) {
      case HELLO -> readHello(in);
      case PING -> new Request.Ping();
      case CRAWL_BEGIN -> new Request.CrawlBegin();
      case COMPARE -> new Request.Compare(in.list(MIN_DIGEST, RequestCodec::readDigest));
      case WEIGH -> new Request.Weigh();
      case CRAWL_END -> new Request.CrawlEnd(in.signed());
      case RECONCILE -> readReconcile(in);
      case PREVIEW -> new Request.Preview(Values.path(in), Values.listing(in));
      case COMPARE_CONTENTS ->
          new Request.CompareContents(in.signed(), in.list(MIN_CONTENT, RequestCodec::readContent));
      case OPEN_JOB -> new Request.OpenJob(in.signed(), in.text(MAX_TEXT));
      case PUBLISH ->
          new Request.Publish(
              in.signed(), in.signed(), in.list(Values.MIN_STATE + 1, RequestCodec::readStaged));
      case CLOSE_JOB -> new Request.CloseJob(in.signed());
      case BARRIER ->
          new Request.Barrier(
              in.signed(), Values.gfids(in), in.optional(Values::instant), in.signed());
      case SURVEY -> new Request.Survey();
      case GOODBYE -> new Request.Goodbye();
      case SUSPECTS -> new Request.Suspects(in.list(MIN_SUSPECT, RequestCodec::readSuspect));
      case EXAMINE -> new Request.Examine(in.list(VerifyValues.MIN_DIGEST, VerifyValues::digest));
      case INSPECT -> VerifyValues.inspect(in);
      case HASH -> new Request.Hash(in.list(VerifyValues.MIN_PIECE, VerifyValues::piece));
      case DISOWN -> new Request.Disown(Values.gfids(in));
      case LIST_CONFLICTS -> new Request.ListConflicts(Values.path(in));
      case CONFIRM -> new Request.Confirm(in.signed(), in.signed(), Values.state(in));
      case UNPACKS -> new Request.Unpacks();
      case OPEN_BASIS -> new Request.OpenBasis(in.signed(), Values.gfid(in));
      case DIGEST_BLOCKS -> readDigestBlocks(in);
      case CLOSE_BASIS -> new Request.CloseBasis(in.signed());
      case PROMOTE -> new Request.Promote(in.counted(Values.MAX_PATH), in.flag());
      case NEXT_KIN -> new Request.NextKin(in.counted(Values.MAX_PATH));
      case HANDOVER -> FailoverValues.handover(in);
      case TAKE_KIN -> FailoverValues.takeKin(in);
      case STAND ->
          new Request.Stand(in.counted(Values.MAX_PATH), in.optional(LeaseValues::candidate));
      case LEASE_BEAT -> LeaseValues.beat(in);
      default -> throw new ProtocolException("a request of the unknown kind " + code + " arrived");
    };
  }

  private static void write(WireWriter out, Request.Hello hello) throws ProtocolException {
    out.counted(hello.root());
    Values.uuid(out, hello.session());
    Values.uuid(out, hello.volume().value());
    Values.gfid(out, hello.rootGfid());
    out.text(hello.mode().name());
    out.text(hello.primary());
    out.text(hello.keeping().name());
    Values.minFree(out, hello.minFree());
    out.signed(hello.epoch());
    out.optional(hello.origin(), FailoverValues::origin);
  }

  private static Request.Hello readHello(WireReader in) throws ProtocolException {
    return new Request.Hello(
        in.counted(Values.MAX_PATH),
        Values.uuid(in),
        new VolumeId(Values.uuid(in)),
        Values.gfid(in),
        in.named(Request.Mode.class),
        in.text(MAX_TEXT),
        in.named(Keeping.class),
        Values.minFree(in),
        in.signed(),
        in.optional(FailoverValues::origin));
  }

  private static void writeSuspect(WireWriter out, Request.Suspect suspect)
      throws ProtocolException {
    Values.gfid(out, suspect.gfid());
    Values.instant(out, suspect.ctime());
    out.signed(suspect.size());
  }

  private static Request.Suspect readSuspect(WireReader in) throws ProtocolException {
    return new Request.Suspect(Values.gfid(in), Values.instant(in), in.signed());
  }

  private static void write(WireWriter out, Request.Reconcile reconcile) throws ProtocolException {
    out.signed(reconcile.batch());
    Values.gfids(out, reconcile.doubts());
    Values.gfids(out, reconcile.dirtyContents());
    Values.states(out, reconcile.metadata());
    out.list(reconcile.wants(), Values::wantAt);
    out.list(reconcile.listings(), Values::listing);
    Values.states(out, reconcile.directories());
  }

  private static Request.Reconcile readReconcile(WireReader in) throws ProtocolException {
    return new Request.Reconcile(
        in.signed(),
        Values.gfids(in),
        Values.gfids(in),
        Values.states(in),
        in.list(MIN_WANT_AT, Values::wantAt),
        in.list(MIN_LISTING, Values::listing),
        Values.states(in));
  }

  private static void writeRange(WireWriter out, Request.Range range) throws ProtocolException {
    out.unsigned(range.offset());
    out.unsigned(range.length());
  }

  private static Request.DigestBlocks readDigestBlocks(WireReader in) throws ProtocolException {
    return new Request.DigestBlocks(
        in.signed(),
        in.within(512, 16 << 20),
        in.within(4, 32),
        in.list(2, reader -> new Request.Range(reader.unsigned(), reader.unsigned())));
  }

  private static final int MIN_WANT_AT = 5;
  private static final int MIN_LISTING = 5;
  private static final int MIN_DIGEST = 19;
  private static final int MIN_SUSPECT = 5;
  private static final int MIN_CONTENT = Values.MIN_STATE + 32;

  private static void writeDigest(WireWriter out, DirectoryDigest digest) throws ProtocolException {
    Values.gfid(out, digest.directory());
    out.signed(digest.entries());
    out.raw(digest.value());
  }

  private static DirectoryDigest readDigest(WireReader in) throws ProtocolException {
    return new DirectoryDigest(Values.gfid(in), in.signed(), in.raw(16));
  }

  private static void writeContent(WireWriter out, Request.Content content)
      throws ProtocolException {
    Values.state(out, content.state());
    out.raw(content.digest());
  }

  private static Request.Content readContent(WireReader in) throws ProtocolException {
    return new Request.Content(Values.state(in), in.raw(32));
  }

  private static void writeStaged(WireWriter out, Request.Staged staged) throws ProtocolException {
    Values.path(out, staged.path());
    Values.state(out, staged.state());
  }

  private static Request.Staged readStaged(WireReader in) throws ProtocolException {
    return new Request.Staged(Values.path(in), Values.state(in));
  }
}
