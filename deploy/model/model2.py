#!/usr/bin/env python3
"""
model.py's core as the Java code has it: capture that silences what is outside, a ledger of batches, listings spread over batches,
an inventory, contents and barriers that run beside the entry phase.  Primary, kernel queue, detach / attach / discard, shrinking
and the histories are model.py's (imported); what is new is Capture, the agent's inventory, and Worker2 (= Pipeline + CrawlRun +
HybridCrawl + EntryPhase + DataPhase + BatchLedger + Barriers).
  model2.py run [seed0 n]      departures and mends on          model2.py java [seed0 n]   the code as written (mends off)
  model2.py minimal [seed0 n]  as written + the mends that matter
  model2.py holes [n] [name..] one mend or guard off at a time, shrunk (sweep2.py: directed)
A switch is either a departure (True = as in Java), a guard that Java has, or a mend that Java lacks; the comment says which.
"""
import copy, random, sys, time
import model as M
from model import Bag, VOL, OUT, LIMBO, MARGIN, RULES
SW = dict(
    # A, B: listings over several batches
    settle=True,          # guard A: position and mark wait for a batch at whose end nothing was left to be listed
    settle_data=True,     # mend: a batch settled at the end of batch L is claimed only when the contents up to L are in
    clear_unsettled=True, # departure B: incomplete marks go as soon as data are in, settled or not
    report_unlisted=True, # guard (agent, Incomplete.wanted): answers list only those not listed since doubted; False: all incomplete
    ledger_filter=False,  # Java True: what an unclaimed batch listed is not put on the to-do list.  mend: False
    # C: inventory
    inventory=True,       # departure: digest per directory, suspects by verified ctime
    dir_ctime=False,      # Java True: ctime(dir) >= since -> whole listing
    look_verified=False,  # what a new ctime with an agreeing token does to `verified`: False = cleared, True = left
    inv_whole=True,       # guard: the inventory notes a file's ctime only if its token agrees
    racy=True,            # guard: a look within the tick of ctime proves nothing
    inv_power=True,       # guard: after a power loss what changed since the barrier is dropped from the inventory
    tok_power=True,       # guard: ... and its token
    torn=True,            # the world: contents published since the barrier may be torn by a power loss
    root_attrs=True,      # mend when dir_ctime is off: the walk always sends the root's own attributes
    inv_dirs=True,        # mend (digest only): after any crash a directory changed here since the barrier keeps no ctime
    restore=True,         # guard (agent, Touched): directories touched by a request get their former mtime back at its end
    # D: fresh
    fresh=True,           # departure: no walk on an empty secondary
    fresh_gap=True,       # mend: a gap while a fresh crawl runs turns it into a walk with CrawlBegin and CrawlEnd
    # E: capture
    outside=True,         # departure: one doubt per outside directory, FID hints there dropped
    reannounce=True,      # guard: dedup memory is cleared when a directory moves in
    doubt_tokens=True,    # guard: a doubt also drops the tokens of the files in the copy
    rename_data=True,     # guard: a file's rename from outside to inside emits a data hint
    link_fid=True,        # guard: files with more than one link keep their FID hints
    pairs=True,           # guard (capture branch, not in the brief): content outside + link count change -> data hint
    gone_fid=True,        # guard (capture branch): FID hints of events whose directory is gone
    silenced=True,        # guard (capture branch): silenced directories that are inside before the mark are doubted
    limbo_token=True,     # mend: listing an incomplete directory: files that come from limbo lose their token
                          # ("proof" = instead: in a listing only contents verified at exactly this ctime are right)
    # F, G, H
    last_mark=True,       # departure F
    met_dirs=True, met_files=True,      # guards G
    end_holds=True,       # guard H: the crawl ends only when what CrawlEnd marked is listed
    # the rest
    async_data=True,      # departure: contents are read and published beside later entry phases
    async_barrier=True,   # departure: the barrier's reply is taken a step later
    begin_again=True,     # mend: a gap while a crawl runs sends CrawlBegin again (met is emptied)
    ending_walks=False,   # Java True: a live directory after CrawlEnd turns the crawl back to walking
    late_end=True,        # mend: CrawlEnd(batch + 1), so that listings and data of the running batch do not count
    token_epoch=True,     # mend: a publish of a batch before the token was dropped gives no token
    attrs_again=True,     # mend: a file looked at while its contents are under way has its attributes sent again when they are in
    capture_pos=True,     # mend: the run of capture is stored only with a position of that run
    dirty_awaiting=True,  # mend (agent branch lacks it): dirty contents of a file that is only awaited are needed again too
    crawl_unseen=True,    # guard: CrawlEnd
)
JAVA = dict(SW, settle_data=False, ledger_filter=True, dir_ctime=True, root_attrs=False, fresh_gap=False, limbo_token=False, begin_again=False,
            ending_walks=True, late_end=False, token_epoch=False, capture_pos=False, attrs_again=False, dirty_awaiting=False, inv_dirs=False)
# ---------------------------------------------------------------- primary
class Primary2(M.Primary):
    """Renames are one event ("r", d, m, D, n, gfid); a change of a file's link count is an event of the file ("a", gfid)."""
    def emit(s, *h):
        h = list(h)
        while h:
            if len(h) > 1 and h[0][0] == h[1][0] == "e":
                a, b = h[:2]; del h[:2]; s.inflight.append(("r", a[1], a[2], b[1], b[2], a[3]))
            else: s.inflight.append(h.pop(0))
    def op(s, t):
        n = {g: x.n for g, x in s.nodes.items() if x.kind != "d"}
        super().op(t)
        for g in n:
            if g in s.nodes and s.nodes[g].n != n[g]: s.inflight.append(("a", g))
    def attrs(s, g):
        x = s.nodes.get(g); return x and (x.kind, g, x.mode, x.mtime, x.data, x.ctime, x.ctime >= s.now)
# ---------------------------------------------------------------- capture
class Capture:
    """RecordWriter + DirectoryCache: what an event makes dirty. Its memory ends with it, or with an overflow."""
    def __init__(s, P, sw): s.P, s.sw = P, sw; s.clear()
    def clear(s): s.ins, s.els, s.announced, s.silenced, s.moved, s.turned = {}, {}, set(), [set(), set()], False, s.P.now; s.out, s.rel = [set(), set()], [set(), set()]
    def find(s, d): return "gone" if d not in s.P.nodes else "in" if s.P.inside(d) else "out"
    def put(s, d, w):
        (s.ins if w == "in" else s.els)[d] = w; (s.els if w == "in" else s.ins).pop(d, 0)
        if w == "in": s.announced.discard(d)
    def where(s, d):
        if d not in s.ins and d not in s.els: s.put(d, s.find(d))
        return s.ins.get(d) or s.els[d]
    def now(s, d):
        w = s.find(d)
        if w != "gone" or d not in s.ins and d not in s.els: s.put(d, w)
        return w
    def announce(s, d, out):
        s.silenced[1].add(d)
        if d not in s.announced or not s.sw["reannounce"] and False: s.announced.add(d); out.append(("o", d))
    def record(s, h):
        """The records of one event."""
        P, out, k = s.P, [], h[0]
        if k == "gap": s.clear(); return [h]
        if not s.sw["outside"]:
            return [("e", h[1], h[2], h[5]), ("e", h[3], h[4], h[5])] if k == "r" else [] if k == "a" else [h]
        if k == "r":
            _, d, m, D, n, g = h; x = P.nodes.get(g); isdir = x and x.kind == "d" or g in s.dirs_seen(g)
            if isdir and d != D: old, new = s.now(d), s.now(D)
            else: old, new = s.where(d), s.where(D)
            moved_in, moved_out = isdir and d != D and new == "in" and old != "in", isdir and d != D and new != "in" and old in ("in", "gone")
            if isdir and d != D: old, new = s.where(d), s.where(D)
            if old == "in": out.append(("e", d, m, g))
            if new == "in": out.append(("e", D, n, g))
            if new == "in" and old != "in" and not isdir and s.sw["rename_data"]: out += [("d", D, n, g), ("m", D, n, g)]
            if old == "out": s.announce(d, out)
            if new == "out": s.announce(D, out)
            if moved_in:
                if s.sw["reannounce"]: s.els, s.announced = {}, set()
                s.moved = True
            if moved_out: s.ins = {}
            return out
        if k == "a":
            g = h[1]
            if g in P.nodes:
                out.append(("m", "", "", g)); s.rel[1].add(g)
                if any(g in t for t in s.out) and s.sw["pairs"]: out.append(("d", "", "", g))
            return out
        _, d, n, g = h; w = s.where(d); x = P.nodes.get(g); file = x and x.kind != "d"
        if w == "in": return [h]
        if w == "gone": return [h] if k in "dm" and file and s.sw["gone_fid"] else []
        s.announce(d, out)
        if k in "dm" and file:
            if x.n > 1: out += [h] if s.sw["link_fid"] else []
            elif k == "d":
                if any(g in t for t in s.rel) and s.sw["pairs"]: out.append(h)
                else: s.out[1].add(g)
        return out
    def dirs_seen(s, g): return ()
    def before_mark(s):
        found = [d for d in sorted(s.silenced[0] | s.silenced[1]) if s.where(d) == "in"] if s.moved and s.sw["silenced"] else []
        s.moved = False
        for d in found: s.silenced[0].discard(d); s.silenced[1].discard(d)
        return [("o", d) for d in found]
    def emptied(s):
        if s.P.now - s.turned < MARGIN: return
        s.turned = s.P.now
        for t in (s.silenced, s.out, s.rel): t[0], t[1] = t[1], set()
# ---------------------------------------------------------------- secondary
class Agent2(M.Agent):
    """inv: (dir, name) -> (gfid, kind, ctime or None, verified).  saved: inv as of the last barrier.  x.sct: the inode's own ctime here."""
    def __init__(s, rules, sw):
        s.sw, s.inv, s.saved, s.clock, s.synced = sw, {}, {}, 1, 0
        s.dropped, s.met, s.listed, s.before = {}, None, set(), {}
        super().__init__(rules)
        s.sync()
    def start(s):
        super().start(); s.listed, s.dropped, s.met, s.before = set(), {}, None, {}
        s.inv = {}
        for d in s.all():                              # what stands in the tree; ctime and verified from the last barrier's inventory
            for n, x in d.ent.items():
                o = s.saved.get((d.gfid, n))
                if s.sw["inv_dirs"] and x.kind == "d" and getattr(x, "sct", 0) > s.synced: o = None
                s.inv[d.gfid, n] = o if o and o[:2] == (x.gfid, x.kind) else (x.gfid, x.kind, None, False)
    def bump(s, *xs):
        for x in xs: s.clock += 1; x.sct = s.clock
    def sync(s):
        super().sync(); s.saved = dict(s.inv); s.clock += 1; s.synced = s.clock
    def power(s, i, j):
        super().power(i, j)
        for d in s.all():
            for n, x in d.ent.items():
                if s.sw["torn"] and j % 2 and x.kind == "f" and getattr(x, "dct", 0) > s.synced: x.data = -1
                if s.sw["inv_power"] and getattr(x, "sct", 0) > s.synced: s.saved.pop((d.gfid, n), 0)
                if s.sw["tok_power"] and getattr(x, "sct", 0) > s.synced: x.token = None
    def set(s, d, n, x):
        other = next((s.inv[p.gfid, m] for p, m, y in s.places(x.gfid) if y is x and (p.gfid, m) in s.inv), None)
        s.touch(d); yield from super().set(d, n, x); s.bump(d, x)
        s.inv[d.gfid, n] = other or (x.gfid, x.kind, None, False)
    def clear(s, d, n):
        s.touch(d); x = d.ent[n]; yield from super().clear(d, n); s.bump(d, x); s.inv.pop((d.gfid, n), 0)
    def move(s, x, d, n, q):
        o, m = q; s.touch(d); s.touch(o); yield from super().move(x, d, n, q); s.bump(d, o, x)
        s.inv[d.gfid, n] = s.inv.pop((o.gfid, m), (x.gfid, x.kind, None, False))
    def touch(s, d): s.bump(d); s.before.setdefault(id(d), (d, d.mtime))
    def restore(s):
        """The mtime a directory had when first touched is given back at the end of the request; a crash in between leaves it spoilt."""
        if s.sw["restore"]:
            for d, t in s.before.values():
                if d.mtime == -1: d.mtime = t
        s.before = {}
    # what is known
    def drop_token(s, x, b):
        x.token = None; s.bump(x); s.dropped[x.gfid] = b
        for p, m, y in s.places(x.gfid): s.inv[p.gfid, m] = (x.gfid, x.kind, None, False)
    def dirty(s, g, b):
        known = s.places(g)
        for _, _, x in known: s.drop_token(x, b)
        s.dropped[g] = b
        return bool(known) or s.sw["dirty_awaiting"] and bool(s.wait.get(g))
    def doubt(s, g, b):
        x = s.dir(g)
        if not x: return
        x.part = b; s.listed.discard(g); s.bump(x)
        if s.sw["doubt_tokens"]:
            for y in x.ent.values():
                if y.kind == "f": s.drop_token(y, b)
    def unseen(s, b):
        for x in list(s.all()):
            if x.kind == "d" and x.gfid not in s.met:
                if x.gfid != LIMBO: x.part = b; s.listed.discard(x.gfid); s.bump(x)
                for y in x.ent.values():
                    if y.kind == "f": s.drop_token(y, b)
        s.met = set()
    def applied(s, w, read=False):
        """Notes at all places of an inode what was applied. read: its contents were read in exactly this state."""
        if not w: return
        at = s.places(w[1]); racy = w[6] and s.sw["racy"]
        whole = not racy and (w[0] != "f" or not s.sw["inv_whole"] or len({id(x) for _, _, x in at}) == 1 and at[0][2].token == (w[3],))
        for p, n, x in at:
            old = s.inv.get((p.gfid, n)) or (None,) * 4
            ver = read or bool(old[3]) and (old[2] == w[5] or s.sw["look_verified"])
            s.inv[p.gfid, n] = (w[1], w[0], w[5], ver) if whole else (w[1], w[0], None, False)
    def meta(s, w):
        super().meta(w); s.bump(*[x for _, _, x in s.places(w[1])]); s.applied(w)
    def reset(s, dirs):
        super().reset(dirs)
        for g in dirs: s.applied(s.attr.get(g))
    def differs(s, d, table):
        s.met is None or s.met.add(d)
        x = s.dir(d)
        return not x or x.part is not None or {n: s.inv.get((d, n), (0,) * 4)[:3] for n in x.ent} != {n: (w[1], w[0], w[5]) for n, w in table.items()}
    def suspects(s, files):
        """Those known here whose contents were not read at exactly this ctime."""
        return [g for g, c in files if s.places(g) and not all(s.inv.get((p.gfid, n), (0,) * 4)[2:] == (c, True) for p, n, _ in s.places(g))]
    def apply(s, wants, lists, b):
        if s.sw["limbo_token"] == "proof":             # the agent branch's way, with verified instead of ctime
            for table in lists.values():
                for w in table.values():
                    if w and w[0] == "f" and s.suspects([(w[1], w[5])]):
                        for _, _, y in s.places(w[1]): s.drop_token(y, b)
        elif s.sw["limbo_token"]:
            for d, table in lists.items():
                x = s.dir(d)
                if x and x.part is not None:
                    for w in table.values():
                        if w and w[0] == "f" and not any(s.in_tree(p.gfid) for p, _, _ in s.places(w[1])):
                            for _, _, y in s.places(w[1]): s.drop_token(y, b)
        ans = yield from super().apply(wants, lists, b)
        s.restore(); s.listed |= ans.listed
        for d, n, w in wants:                          # names whose attach waits for data or was refused keep no ctime
            if w is None: s.inv.pop((d, n), 0) if not (s.dir(d) and n in s.dir(d).ent) else None
        ans.incomplete = {x.gfid for x in s.all(s.fs[VOL]) if x.part is not None and not (s.sw["report_unlisted"] and x.gfid in s.listed)}
        return ans
    def data(s, g, version, w, b):
        stale = s.sw["token_epoch"] and s.dropped.get(g, 0) > b
        yield from super().data(g, version, w, b); s.restore()
        for _, _, x in s.places(g):
            if stale: x.token = None
            s.bump(x); x.dct = s.clock
        if stale:
            for p, n, x in s.places(g): s.inv[p.gfid, n] = (g, "f", None, False)
        else: s.applied(w, True)
    def barrier(s, upto, listed, discard):
        s.sync(); yield
        for g in listed:
            x = s.dir(g)
            if x and x.part is not None and g in s.listed and x.part <= upto: x.part = None; s.listed.discard(g)
        yield
        yield from s.discard(discard); s.restore()
# ---------------------------------------------------------------- replicator
class Ledger:
    """BatchLedger, line by line."""
    def __init__(s, sw): s.sw = sw; s.listings, s.acks, s.looks, s.by, s.settled, s.newest, s.claimed, s.points = [], [], [], {}, 0, 0, 0, []
    def settle(s):
        """Nothing was left to be listed at the end of the newest batch: all up to it is settled, once contents up to it are in."""
        s.settled = s.newest; s.points.append((s.newest, s.newest))
    def add(s, b, at, pos, mark, run, listed):
        for g in listed: s.by[g] = b
        s.listings.append((b, set(listed))); s.acks.append((b, pos, mark, run)); s.looks.append((b, at)); s.newest = b
    def claim(s, done):
        up, pos, mark, run = min(done, s.newest), None, None, None
        lim = up
        if s.sw["settle"]: lim = max([b for b, at in s.points if at <= up], default=0) if s.sw["settle_data"] else min(s.settled, up)
        listed = [g for b, gs in s.listings if b <= (up if s.sw["clear_unsettled"] else lim) for g in gs]
        for b, p, m, r in s.acks:
            if b <= lim: pos, run = (p, r) if p is not None else (pos, run); mark = m if m is not None else mark
        return Bag(batch=up, pos=pos, mark=mark, run=run, listed=listed, lim=lim) if up > s.claimed or pos is not None or mark is not None else None
    def done(s, c):
        s.claimed = max(s.claimed, c.batch); keep = c.batch if s.sw["clear_unsettled"] else c.lim
        while s.listings and s.listings[0][0] <= keep:
            for g in s.listings.pop(0)[1]:
                if s.by.get(g, keep + 1) <= keep: del s.by[g]
        s.points = [p for p in s.points if p[0] >= c.lim]
        while s.acks and s.acks[0][0] <= c.lim: s.acks.pop(0)
    def discardable(s, mark, upto):
        r = -1
        while s.looks and s.looks[0][0] <= upto and s.looks[0][1] < mark: r = s.looks.pop(0)[0]
        return r
class Worker2:
    def __init__(s, P, A, size, rules, sw):
        s.P, s.A, s.R, s.sw = P, A, rules, sw
        s.size, s.lazy = size if isinstance(size, tuple) else (size, 1)
        s.cap = Capture(P, sw); s.run = 1
        s.journal, s.acked, s.stime, s.state_run, s.claim = [("started", 1)], 0, 0, 0, lambda: None
        s.start(True)
    def start(s, first=False):
        s.A.start()
        s.pos, s.batch, s.to_list, s.carried, s.probe, s.idle = s.acked, 0, {}, [], True, False
        s.cur_run, s.cap_run = s.state_run, s.state_run
        s.led, s.bar, s.since_bar = Ledger(s.sw), None, 0
        s.crawl, s.fresh, s.holds, s.phase = None, first and s.sw["fresh"], False, "walk"
        s.running, s.again, s.out, s.touched, s.jobs, s.owner, s.relook = {}, {}, {}, {}, {}, None, {}
        s.gen = s.loop(); s.turn = 0
    # scheduling: one step of the worker or of one job; whoever is inside the agent goes first
    def step_once(s, who):
        if s.owner is not None: who = s.owner
        elif who == "pool" and s.jobs: s.turn += 1; who = sorted(s.jobs)[s.turn % len(s.jobs)]
        if who in s.jobs:
            try: next(s.jobs[who])
            except StopIteration: s.jobs.pop(who, 0)
        else: next(s.gen)
    def capture(s, k):
        t0 = s.P.now + 1; put = lambda rs: s.journal.extend(rs)
        s.idle = False
        for _ in range(k):
            if not s.P.queue: break
            put(s.cap.record(s.P.queue.pop(0)))
        if not s.P.queue:
            put(s.cap.before_mark()); s.cap.emptied(); s.journal.append(("mark", t0 - MARGIN))
    def recapture(s): s.run += 1; s.cap.clear(); s.journal.append(("started", s.run)); s.idle = False
    # the agent, one request at a time
    def ask(s, g, who="main"):
        while s.owner is not None: yield
        s.owner = who
        r = yield from g
        s.owner = None
        return r
    # DataPhase and pool
    def take(s, jobs):
        for g in sorted(jobs):
            s.out[s.batch] = s.out.get(s.batch, 0) + 1
            if g in s.running:
                if g in s.again: s.fin(s.again[g])
                s.again[g] = s.batch
            else: s.running[g] = s.batch; s.jobs["j" + g] = s.job(g)
    def fin(s, b):
        s.out[b] -= 1
        if not s.out[b]: del s.out[b]
    def job(s, g):
        P, A = s.P, s.A
        while True:
            a = P.attrs(g); ok = True
            if a:
                yield
                v = g in P.nodes and P.nodes[g].data; yield
                w = P.attrs(g)
                if w and w[:6] != a[:6]: ok = False    # changed while it was read: again
                elif w:
                    yield
                    yield from s.ask(A.data(g, v, w, s.running[g]), "j" + g)
                    for d, _, _ in A.places(g): s.touched[d.gfid] = 1
            yield
            if g in s.again: s.fin(s.running[g]); s.running[g] = s.again.pop(g)
            elif ok:
                for c in s.relook.pop(g, ()):          # its attributes may be newer than those just published
                    if P.attrs(g): yield from s.ask(iter_meta(A, P.attrs(g)), "j" + g)
                    s.fin(c)
                if g not in s.again and g not in s.relook: s.fin(s.running.pop(g)); return
    # Pipeline
    def loop(s):
        n = 0
        while True:
            yield
            worked = yield from s.step()
            n += 1; quiet = not worked and not s.running
            if not s.sw["async_data"]:
                while s.jobs: s.owner = None; yield from s.drain()
            bar = yield from s.advance(quiet, n)
            s.idle = not worked and not bar and quiet and not s.crawl and not s.to_list and not s.carried and not s.probe and not s.bar \
                and s.pos == len(s.journal) and s.led.claimed == s.led.newest == s.led.settled and not s.touched
    def drain(s):
        for k in sorted(s.jobs):
            for _ in s.jobs.pop(k): yield
    def step(s):
        P, A, led = s.P, s.A, s.led
        names, doubts, fids = {}, {}, {}
        for c in s.carried: names[c] = 1
        s.carried, mark, records = [], None, 0
        while s.pos < len(s.journal) and len(names) + len(doubts) + len(fids) < s.size and (mark is None or s.sw["last_mark"]):
            r = s.journal[s.pos]; s.pos += 1; records += 1
            if r[0] == "mark": mark = r[1]
            elif r[0] == "started":
                if r[1] != s.cur_run: mark = None; s.fill_gap()
                s.cur_run = r[1]
            elif r[0] == "gap": mark = None; s.fill_gap()
            elif r[0] == "o": doubts[r[1]] = 1
            elif r[0] == "e": names[r[1], r[2]] = 1
            else: fids[r[3]] = "d" if r[0] == "d" or fids.get(r[3]) == "d" else "m"
            if r[0] in "dm" and not s.sw["outside"]: names[r[1], r[2]] = 1
        jobs = yield from s.walk()
        lists = list(s.to_list)[:2]
        for g in lists: del s.to_list[g]
        ask = s.probe or names or doubts or fids or lists
        if not ask and not jobs and not records:
            s.probe = s.end_if_walked(); return s.probe
        s.probe = False; s.batch += 1; b, listed = s.batch, set()
        if ask: listed = yield from s.entries(b, names, doubts, fids, lists, jobs)
        s.take(jobs)
        held = s.crawl is not None and s.holds
        led.add(b, P.now, None if held else s.pos, None if held else mark, s.cur_run, listed)
        s.cap_run = s.cur_run
        if not s.to_list and not s.carried: led.settle()
        s.probe = s.end_if_walked()
        return True
    def entries(s, b, names, doubts, fids, lists, jobs):
        P, A, led = s.P, s.A, s.led
        doubted, wants, tables, live, mine = set(doubts), [], {}, [], set()
        for d in doubts: A.doubt(d, b); yield
        for g, k in fids.items():
            yield
            if k == "d" and A.dirty(g, b): mine.add(g)
            w = P.attrs(g)
            if w and w[0] == "d": s.note(g); A.reset([g])
            elif w: A.meta(w)
        for d, n in names:
            yield
            if d not in P.nodes: continue
            if not P.inside(d): A.doubt(d, b); doubted.add(d); continue
            w = P.look(d, n); wants.append((d, n, w)); s.note(d)
            if w: live.append(w)
        for d in lists:
            yield
            if d not in P.nodes: continue
            if not P.inside(d): A.doubt(d, b); doubted.add(d); continue
            t = {}
            for n in sorted(P.nodes[d].ent):
                yield
                if d in P.nodes: t[n] = P.look(d, n)
            if d in P.nodes: tables[d] = t; s.note(d)
        ans = yield from s.ask(A.apply(wants, tables, b))
        mine |= ans.data
        for g in {w[1] for _, _, w in wants if w} | {w[1] for t in tables.values() for w in t.values() if w} | set(fids):
            if g in s.running and s.sw["attrs_again"]: s.relook.setdefault(g, []).append(b); s.out[b] = s.out.get(b, 0) + 1
        for g in doubted: led.by.pop(g, 0)
        for g in ans.incomplete:
            if g not in ans.listed and not (s.sw["ledger_filter"] and g in led.by): s.to_list[g] = 1
        for p, n in ans.loops:
            chain = [(p, n)]
            while p in P.nodes and P.nodes[p].up: chain.append(P.nodes[p].up); p = P.nodes[p].up[0]
            s.carried += [c for c in reversed(chain) if c not in s.carried]
        jobs |= mine
        if s.crawl and not s.fresh:                    # CrawlRun.met
            sus = []
            for w in live:
                if w[0] == "d" and s.sw["met_dirs"] and (s.phase == "walk" or s.sw["ending_walks"]): s.crawl.stack.append(w[1]); s.phase = "walk"
                if w[0] == "f" and s.sw["met_files"] and w[5] >= s.crawl.since: sus.append((w[1], w[5]))
            yield
            jobs |= set(A.suspects(sus))
        return ans.listed
    def note(s, d): s.A.attr[d] = s.P.attrs(d)
    # CrawlRun, HybridCrawl
    def fill_gap(s):
        s.holds = True
        if s.crawl:
            if s.fresh and s.sw["fresh_gap"]: s.fresh = False; s.A.met = set()
            if not s.fresh and s.sw["begin_again"]: s.A.met = set()
            if s.A.met is None: s.A.met = set()
            s.crawl.stack.append(VOL); s.phase = "walk"; return
        s.phase = "walk"
        if s.fresh: s.crawl = Bag(since=0, stack=[]); s.to_list[VOL] = 1
        else: s.crawl = Bag(since=s.stime, stack=[VOL]); s.A.met = set()
    def walk(s):
        P, A, c, jobs = s.P, s.A, s.crawl, set()
        if not c or s.phase != "walk" or not c.stack or len(s.to_list) > 4: return jobs
        for _ in range(2):
            if not c.stack: break
            d = c.stack.pop(); yield
            if not P.inside(d): continue
            t, sure, sus, below = {}, True, [], []
            for n in sorted(P.nodes[d].ent):
                yield
                w = d in P.nodes and P.look(d, n)
                if not w: continue
                t[n] = w; sure &= not (w[6] and s.sw["racy"])
                if w[0] == "d": below.append(w[1])
                elif w[0] == "f" and w[5] >= c.since: sus.append((w[1], w[5]))
            c.stack += reversed(below)
            if d not in P.nodes: continue
            dct = P.nodes[d].ctime
            if d == VOL and s.sw["root_attrs"]: s.note(d); A.reset([d])
            yield
            if not sure or s.sw["dir_ctime"] and c.since and dct >= c.since: s.to_list[d] = 1
            if A.differs(d, t) or not s.sw["inventory"]: s.to_list[d] = 1
            jobs |= set(A.suspects(sus)) if s.sw["inventory"] else {g for g, _ in sus if A.places(g)}
        return jobs
    def end_if_walked(s):
        if not s.crawl or s.to_list or s.crawl.stack: return False
        if s.phase == "walk" and not s.fresh:
            if s.sw["crawl_unseen"]: s.A.unseen(s.batch + 1 if s.sw["late_end"] else s.batch)
            s.led.by.clear(); s.phase = "ending"
            if s.sw["end_holds"]: return True
        s.crawl, s.fresh, s.holds = None, False, False
        return True
    # Barriers
    def advance(s, quiet, n):
        if s.bar:
            c, s.bar = s.bar, None; s.complete(c); return True
        if n % s.lazy and not quiet: return False
        done = min([s.led.newest] + [b - 1 for b in s.out])
        touched, s.touched = list(s.touched), {}
        for d in touched: yield; s.note(d)
        if touched: yield from s.ask(iter_reset(s.A, touched))
        c = s.led.claim(done)
        if not c: return bool(touched)
        up = -1 if s.crawl or c.mark is None else s.led.discardable(c.mark, c.batch)
        c.cap_run = s.cap_run
        yield from s.ask(s.A.barrier(c.batch, c.listed, up))
        if s.sw["async_barrier"]: s.bar = c
        else: s.complete(c)
        return True
    def complete(s, c):
        s.led.done(c)
        if c.pos is not None: s.acked = c.pos
        if s.sw["capture_pos"]:
            if c.pos is not None: s.state_run = c.run
        else: s.state_run = s.cap_run
        if c.mark is not None and c.mark > s.stime: s.stime = c.mark; s.claim()
def iter_meta(A, w): A.meta(w); yield
def iter_reset(A, dirs): A.reset(dirs); yield
# ---------------------------------------------------------------- running histories
class World2(M.World):
    def __init__(s, size, rules, sw):
        s.R = rules; s.P = Primary2(rules); s.A = Agent2(rules, sw); s.W = Worker2(s.P, s.A, size, rules, sw); s.W.claim = s.claim; s.bad = None
    def token(s, t):
        P, W, k = s.P, s.W, t[0]
        if k == "run":
            P.log.append(f"[run {t[1]}]")
            for _ in range(t[1]): W.step_once("main" if W.turn % 3 else "pool"); W.turn += 1
        elif k in ("main", "pool"):
            P.log.append(f"[{k} {t[1]}]")
            for _ in range(t[1]): W.step_once(k)
        elif k == "crash":
            P.log.append(f"[crash {' '.join(map(str, t[1:]))}]")
            if t[1] == "power": s.A.power(t[2], t[3])
            if t[1] == "capture": P.queue, P.inflight = [], []; W.recapture()
            if t[1] != "capture" or t[2:] != (0,): W.start()
        else: super().token(t)
    def settle(s):
        P, W = s.P, s.W
        for _ in range(7):
            P.now += 2; P.flush(); W.capture(999)
            for i in range(8000):
                W.step_once("pool" if i % 2 else "main")
                if W.idle and not W.jobs: break
            else: return "livelock"
def execute(history, rules, size, sw=SW):
    w = World2(size, rules, sw)
    try:
        for t in history:
            w.token(t)
            if w.bad: return w, w.bad
        r = w.settle() or w.bad or w.compare()
    except (RecursionError, KeyError, IndexError, AttributeError, ValueError, RuntimeError, StopIteration) as e: r = f"broke: {e!r}"
    return w, r
OUTER = "rename rename rename exch write write link unlink create mkdir chmod".split()
def vary(rng, h):
    """Some runs become runs of the worker alone or of contents alone; some capture crashes leave the worker running."""
    out = []
    for t in h:
        if t[0] == "run": t = (rng.choice(("run", "run", "main", "pool")), t[1])
        if t == ("crash", "capture") and rng.random() < .6: t = ("crash", "capture", 0)
        out.append(t)
    return out
def make(seed):
    rng = random.Random(seed); size = (rng.choice((1, 2, 4, 50)), rng.choice((1, 1, 2, 5))); h = M.history(rng, rng.randint(3, 24))
    if seed % 8:
        kinds = (M.MOVES, OUTER)[seed // 8 % 2]
        h = M.history(rng, rng.randint(3, 14), False, M.BUILD) + [("settle",)] + (
            M.history(rng, rng.randint(3, 16), True, kinds, (.88, .95)[seed // 16 % 2]) if seed % 2 else h)
    return vary(rng, h), size
def shrink(h, size, sw, kind=None, until=None):
    i = 0
    while i < len(h) and (not until or time.time() < until):
        g = h[:i] + h[i + 1:]
        if execute(g, RULES, size, sw)[1]: h, i = g, max(0, i - 1); continue
        if len(h[i]) > 1 and h[i][0] in ("run", "main", "pool") and h[i][1] > 1:
            g = h[:i] + [(h[i][0], h[i][1] // 2)] + h[i + 1:]
            if execute(g, RULES, size, sw)[1]: h = g; continue
        i += 1
    return h
def search(seed0, n, sw, stop=True, seconds=1e9):
    end, done, bad = time.time() + seconds, 0, []
    for seed in range(seed0, seed0 + n):
        if time.time() > end: break
        done += 1; h, size = make(seed); _, r = execute(h, RULES, size, sw)
        if r:
            h = shrink(h, size, sw); w, r = execute(h, RULES, size, sw); bad.append(seed)
            print(f"seed {seed} size {size}: {r[:300]}\n    " + "; ".join(w.P.log) + f"\n    {h}", flush=True)
            if stop: break
    print(f"    {done} histories, failing: {bad}", flush=True)
    return bad
# the code as written with only the mends that were seen to matter
MINIMAL = dict(JAVA, **{k: SW[k] for k in "settle_data ledger_filter fresh_gap limbo_token begin_again token_epoch capture_pos attrs_again dirty_awaiting root_attrs".split()})
MENDS = {k: JAVA[k] for k in SW if SW[k] != JAVA[k]}
GUARDS = "settle report_unlisted look_verified inv_whole racy inv_power tok_power restore reannounce doubt_tokens rename_data link_fid pairs gone_fid silenced met_dirs met_files end_holds crawl_unseen dirty_awaiting root_attrs".split()
if __name__ == "__main__":
    cmd, rest = (sys.argv[1:] or ["run"])[0], sys.argv[2:]
    num = [int(a) for a in rest if a.isdigit()]; word = [a for a in rest if not a.isdigit()]
    def switched(base):
        sw = dict(base)
        for a in word: k = a.lstrip("-+"); sw[k] = not sw[k]
        return sw
    if cmd == "run": search(*(num or (0, 3000)), switched(SW), stop=False)
    elif cmd == "minimal": search(*(num or (0, 3000)), switched(MINIMAL), stop=False)
    elif cmd == "java": search(*(num or (0, 3000)), switched(JAVA), stop=True)
    elif cmd == "holes":
        for k in word or list(MENDS) + GUARDS:
            print(f"--- {k} = {not SW[k]}", flush=True); search(0, *(num or [9000]), {**SW, k: not SW[k]}, seconds=9)
