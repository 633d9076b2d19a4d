"""Directed histories for model2: a fixed story, its run lengths and crash points drawn at random; each switch on and off."""
import random, sys, time
import model2 as m
S = ("settle",); T = ("tick",); C = ("cap", 9)
X = ("crash", "session"); G = ("crash", "capture", 0); O = ("overflow",)
mv = lambda a, b, n: ("rename", a, b, n)
STORIES = {}
def story(switch, sizes=((50, 1), (1, 1), (4, 2), (50, 5))):
    def deco(f): STORIES.setdefault(switch, []).append((f, sizes)); return f
    return deco
def run(r, who=("main", "run", "pool")): return (r.choice(who), r.choice((1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 28, 35, 45)))
def some(r, *ts): return [t for t in ts if r.random() < .7]
# dirs: VOL=0 OUT=1 then by age; names: by directory age then name
@story("ledger_filter")      # in, listed, out, discarded while the barrier is under way, in again
def _(r): return [("mkdir",0,1,"a"),("create",0,2,"b"),S,mv(0,0,"a"),T,C,run(r),run(r),mv(0,1,"a"),T,C,run(r),T,T,T,C,run(r),mv(0,0,"a"),T,C,run(r,("main",)),run(r)]
@story("begin_again")        # a second gap while a crawl runs: a directory met by the first walk leaves, is written, comes back
@story("fresh_gap")
def _(r): return [("mkdir",0,0,"a"),("create",0,2,"b"),("mkdir",0,0,"c"),*([S] if r.random()<.5 else []),r.choice((O,G)),T,C,run(r),run(r),run(r),mv(0,1,"a"),("write",2,0,r.choice("abc")),r.choice((O,G)),T,C,run(r),run(r),T,run(r),run(r,("run",)),T,C,run(r),mv(1,0,"z"),T,C]
@story("limbo_token")        # a file leaves, is written outside in silence, comes back inside a directory
def _(r): return [("create",0,0,"a"),("mkdir",0,1,"b"),*some(r,("create",0,2,"c")),S,T,mv(0,2,"a"),*some(r,T,C,run(r)),("write",1,0,"c"),*some(r,T,C,run(r)),mv(0,0,"z"),T,C]
@story("token_epoch")        # contents on their way while the directory leaves; written outside in silence; back
def _(r): return [("mkdir",0,0,"a"),("create",0,2,"b"),S,T,T,("write",1,0,"a"),T,T,C,run(r,("main",)),run(r),mv(0,1,"a"),*some(r,T),("write",1,0,"c"),T,T,T,C,T,T,T,C,T,T,T,C,run(r,("main",)),run(r),run(r,("run","pool")),mv(0,0,"a"),T,C]
@story("late_end")           # the crawl's end doubts a directory whose listing or data are under way
def _(r): return [("mkdir",0,0,"a"),("create",0,2,"b"),S,T,T,("write",1,0,"a"),T,T,C,run(r,("main",)),run(r,("pool",)),mv(0,1,"a"),("write",1,0,"c"),G,T,C,run(r,("main",)),run(r,("main","pool")),run(r,("pool",)),T,T,T,C,mv(0,0,"a"),T,C,run(r),run(r,("pool","main")),*some(r,X)]
@story("attrs_again")
def _(r): return [("mkdir",0,0,"d"),("create",0,0,"a"),S,T,("write",0,0,"a"),T,C,run(r,("main",)),run(r,("pool","run")),("chmod",0,0,"a"),*some(r,T),C,run(r,("main",)),run(r)]
@story("capture_pos")        # capture starts anew; a barrier during the crawl; the worker crashes
def _(r): return [*[("mkdir",0,k,"b") for k in (0,2,3,4,5)],("create",0,6,"c"),("create",0,5,"d"),S,T,("unlink",5,0,"x"),("unlink",5,0,"x"),G,T,C,run(r),run(r),X]
@story("look_verified")      # written in a gap with its mtime put back, then a chmod is seen live
def _(r): return [*[("mkdir",0,k,"b") for k in (0,2,3,4)],("create",0,5,"a"),S,T,T,("write",4,0,"c"),r.choice((O,G)),T,C,*some(r,run(r)),("chmod",4,0,"a"),T,T,C,run(r),run(r),*some(r,X)]
@story("dirty_awaiting")     # written again while its first contents are on the way
def _(r): return [("mkdir",0,0,"d"),S,T,("create",0,0,"a"),T,C,run(r,("main",)),run(r,("pool","run")),("write",0,0,"c"),*some(r,T),C,run(r,("main",)),run(r)]
@story("inv_dirs")           # a directory's mtime is spoilt by a request cut short, its ctime already noted
@story("dir_ctime")
def _(r): return [("mkdir",0,0,"a"),("mkdir",0,2,"b"),("mkdir",0,0,"c"),*some(r,("create",0,3,"x")),S,T,mv(2,4,"b"),*some(r,mv(2,2,"y")),O,T,T,C,run(r),run(r),run(r),X]
@story("met_dirs")
def _(r): return [("mkdir",0,0,"a"),("mkdir",0,0,"b"),("mkdir",0,3,"c"),("create",0,4,"f"),S,T,("write",3,0,"c"),G,T,C,run(r),run(r),mv(2,2,"y"),T,C,run(r)]
@story("met_files")
def _(r): return [("mkdir",0,0,"a"),("mkdir",0,0,"b"),("create",0,3,"f"),S,T,("write",2,0,"c"),G,T,C,run(r),run(r),mv(2,2,"y"),T,C,run(r)]
@story("end_holds")
def _(r): return [("mkdir",0,0,"a"),("create",0,2,"b"),S,T,mv(0,1,"c"),("write",1,0,"c"),G,T,C,run(r),run(r),mv(0,0,"c"),T,C,run(r),run(r),*some(r,X)]
@story("rename_data")        # a file leaves, is written in silence, comes back by itself
def _(r): return [("create",0,0,"a"),S,T,mv(0,1,"a"),*some(r,T,C,run(r)),("write",0,0,"c"),*some(r,T,C,run(r)),mv(0,0,"z"),T,C]
@story("reannounce")         # out, told of, in, listed, out again, written in silence, in
def _(r):
    away, wait = lambda: [mv(0,1,"a"),("write",1,0,"c"),T,T,T,C,run(r)], [T,T,T,C,T,T,T,C]
    return [("mkdir",0,0,"a"),("create",0,2,"b"),S,T] + away() + wait + [mv(0,0,"a"),T,C,("run",120)] + wait + [mv(0,1,"a"),("write",1,0,"c"),*wait,run(r),mv(0,0,"a"),T,C]
@story("silenced")           # written outside, moved in, written again: the last event merges into the first, read while thought outside
def _(r): return [("mkdir",0,0,"a"),("create",0,2,"b"),("mkdir",0,1,"q"),S,T,mv(0,1,"a"),("write",2,0,"c"),T,C,run(r),T,("write",2,0,"c"),T,mv(2,1,"y"),mv(0,0,"x"),("write",1,0,"c"),("cap",r.choice((1,2,3,4,5))),run(r),T,C]
@story("doubt_tokens")
@story("reannounce")
@story("silenced")
def _(r):
    h = [("mkdir",0,0,"a"),("create",0,2,"b"),("mkdir",0,1,"q"),S]
    for _ in range(3): h += some(r,T,("write",r.randrange(3),0,"c"),mv(r.randrange(3),r.choice((0,1,3)),"a"),("cap",r.choice((1,2,9))),run(r),("write",r.randrange(3),0,"c"),mv(r.randrange(2),r.choice((0,1)),"a"))
    return h + [T, C]
@story("pairs")
@story("link_fid")
@story("gone_fid")
@story("rename_data")
def _(r):
    h = [("create",0,0,"a"),("link",0,1,"b"),("mkdir",0,1,"q"),S]
    for _ in range(3): h += some(r,T,("write",r.randrange(3),0,"c"),("unlink",r.randrange(3),0,"c"),mv(r.randrange(3),r.choice((0,1,2)),"a"),("link",r.randrange(3),r.randrange(3),"c"),("cap",r.choice((1,2,9))),run(r))
    return h + [T, C]
def hunt(switch, n, seconds):
    for f, sizes in STORIES[switch]:
        for on in (True, False):
            sw = {**m.SW, switch: m.SW[switch] if on else not m.SW[switch]}; bad, first, t0, done, rng = 0, None, time.time(), 0, random.Random(switch)
            tr = 0
            for _ in range(n):
                if time.time() - t0 > seconds: break
                h, size = f(rng), rng.choice(sizes); w, r = m.execute(h, m.RULES, size, sw); done += 1; tr += w.A.transfers
                if r: bad += 1; first = first or (h, size)
            print(f"{switch}={sw[switch]}: {bad}/{done} fail, {tr} transfers", flush=True)
            if first:
                h = m.shrink(*first, sw, until=time.time() + 20); w, r = m.execute(h, m.RULES, first[1], sw)
                print(f"    size {first[1]}: {r[:260]}\n    " + "; ".join(w.P.log), flush=True)
if __name__ == "__main__":
    for k in sys.argv[3:] or STORIES: hunt(k, int(sys.argv[1]), float(sys.argv[2]))
