import java.util.*;

/**
 * An explicit-state model of the volume log (docs/rfcs/0001-format-and-protocol.md): every interleaving of two writers, a
 * controller, a sweeper and a network that delays, duplicates and loses, up to small bounds.
 *
 * <p>Run {@code java -Xmx6g Protocol.java} for everything, {@code java Protocol.java NAME} for one scenario.
 */
public class Protocol {

    // ------------------------------------------------------------------ the search

    /** A state of the world. It is never changed after the search has seen it. */
    interface World {
        /** Calls {@code out} for every world that one atomic step leads to. */
        void steps(Out out);

        /** The invariant that is broken here, or null. */
        String broken();

        void feed(Print p);

        String show();
    }

    interface Out {
        void to(String step, World next);
    }

    /** A 128-bit fingerprint: two worlds with the same one are taken as the same. */
    static final class Print {
        long a = 0x9E3779B97F4A7C15L, b = 0xC2B2AE3D27D4EB4FL;

        void add(long x) {
            a = (a ^ x) * 0xff51afd7ed558ccdL;
            a ^= a >>> 32;
            b = (b + x) * 0xc4ceb9fe1a85ec53L;
            b ^= b >>> 29;
        }
    }

    /** Open-addressed set of fingerprints, each with its parent and the step that led to it. */
    static final class Seen {
        long[] a = new long[1 << 16], b = new long[1 << 16];
        int[] at = new int[1 << 16];
        int[] parent = new int[1 << 15];
        int[] step = new int[1 << 15];
        int size;

        /** The index of a new world, or -1 when it was seen before. */
        int put(long x, long y, int from, int label) {
            if (size * 2 >= a.length) grow();
            int m = a.length - 1, i = (int) (x ^ (y >>> 17)) & m;
            while (at[i] != 0) {
                if (a[i] == x && b[i] == y) return -1;
                i = (i + 1) & m;
            }
            a[i] = x;
            b[i] = y;
            at[i] = size + 1;
            if (size == parent.length) {
                parent = Arrays.copyOf(parent, size * 2);
                step = Arrays.copyOf(step, size * 2);
            }
            parent[size] = from;
            step[size] = label;
            return size++;
        }

        void grow() {
            long[] oa = a, ob = b;
            int[] oat = at;
            a = new long[oa.length * 2];
            b = new long[oa.length * 2];
            at = new int[oa.length * 2];
            int m = a.length - 1;
            for (int j = 0; j < oa.length; j++) {
                if (oat[j] == 0) continue;
                int i = (int) (oa[j] ^ (ob[j] >>> 17)) & m;
                while (at[i] != 0) i = (i + 1) & m;
                a[i] = oa[j];
                b[i] = ob[j];
                at[i] = oat[j];
            }
        }
    }

    record Result(String broken, int states, int depth, double seconds, boolean whole, List<String> trace, String last, List<String> steps) {}


    static Result search(World start, int maxStates) {
        long t0 = System.nanoTime();
        Search s = new Search(maxStates);
        s.to("start", start);
        while (!s.queue.isEmpty() && s.bad == null && s.seen.size < maxStates) {
            Search.Todo t = s.queue.poll();
            s.from = t.at;
            s.depth = t.depth + 1;
            t.world.steps(s);
        }
        List<String> trace = new ArrayList<>();
        if (s.bad != null) {
            for (int i = s.badAt; i > 0; i = s.seen.parent[i]) trace.add(s.names.get(s.seen.step[i]));
            Collections.reverse(trace);
        }
        return new Result(s.bad, s.seen.size, s.deepest, (System.nanoTime() - t0) / 1e9, s.queue.isEmpty(), trace,
                s.badWorld == null ? "" : s.badWorld.show(), s.names);
    }

    static final class Search implements Out {
        record Todo(World world, int at, int depth) {}

        final Seen seen = new Seen();
        final List<String> names = new ArrayList<>();
        final Map<String, Integer> ids = new HashMap<>();
        final ArrayDeque<Todo> queue = new ArrayDeque<>();
        final int maxStates;
        int from = -1, depth, deepest, badAt;
        String bad;
        World badWorld;

        Search(int maxStates) {
            this.maxStates = maxStates;
        }

        public void to(String step, World w) {
            if (bad != null) return;
            Print p = new Print();
            w.feed(p);
            int label = ids.computeIfAbsent(step, k -> { names.add(k); return names.size() - 1; });
            int at = seen.put(p.a, p.b, from, label);
            if (at < 0) return;
            deepest = Math.max(deepest, depth);
            bad = w.broken();
            if (bad != null) {
                badAt = at;
                badWorld = w;
                return;
            }
            queue.add(new Todo(w, at, depth));
        }
    }

    // ------------------------------------------------------------------ one volume

    /** What a run allows, and which rule it breaks on purpose. */
    static final class Rules implements Cloneable {
        int slots = 7, opens = 1, commits = 2, crashes = 0, pins = 0, unpins = 0, repins = 0, closes = 0, retires = 0,
                sweeps = 0, ghosts = 0, writers = 2, wide = 1, readers = 0, losses = 1, duplicates = 1;
        /** A takeover: operations answered, arenas, reported flush errors, detaches, clean closes of the foreign writer. */
        int writes = 3, arenas = 1, errors = 0, detaches = 0, foreignCloses = 0;
        /** Whether the owner too goes on to the next slot without reading, and reads before it acknowledges. */
        boolean blindOwner;
        /** How many slots a loser that is not the owner tries in a row without reading, before it loads again. */
        int blind = 0;
        /** Whether something may happen between the upload of data and the COMMIT that names it. */
        boolean split;
        /** Whether an owner reads the COMMITs after its checkpoint at a later moment than the load that confirms its OPEN. */
        boolean slowLoad;
        /** The rule that the design lacked: a record by anyone but an owner counts once a load after the put shows its effect. */
        boolean confirm = true;
        String mutation = "";

        boolean mut(String m) {
            return mutation.equals(m);
        }
    }

    enum Kind { CREATE, OPEN, COMMIT, CLOSE, PIN, UNPIN, REPIN, RETIRE }

    /**
     * The control state after a record. {@code pins} are bit sets of positions; {@code repins} are pins that were made of
     * an older pin and stand at its position.
     */
    record Ctl(int epoch, int pins, int repins, boolean retired) {
        int kept() {
            return pins | repins;
        }

        void feed(Print p) {
            p.add(epoch | pins << 5 | (long) repins << 20 | (retired ? 1L << 40 : 0));
        }
    }

    /**
     * One record. {@code u0, u1}: the data objects it brings for the two chunks; it names the last checkpoint and carries
     * the control state after it. {@code arg}: what it presumes, the epoch or the pin. A record that was appended blind,
     * by somebody who had not read the slot before it, names and carries nothing: its {@code ctl} is null.
     */
    record Rec(Kind kind, int nonce, int epoch, int u0, int u1, int root, int covers, int rootBirth, Ctl ctl, int arg) {
        Rec(Kind kind, int nonce, int epoch, int u0, int u1, int root, int covers, int rootBirth, Ctl ctl) {
            this(kind, nonce, epoch, u0, u1, root, covers, rootBirth, ctl, 0);
        }

        void feed(Print p) {
            p.add(kind.ordinal() | nonce << 4 | epoch << 16 | (long) u0 << 24 | (long) u1 << 36);
            p.add(root | covers << 12 | rootBirth << 20 | (long) arg << 28);
            if (ctl != null) ctl.feed(p);
        }

        public String toString() {
            return kind + (kind == Kind.COMMIT ? "(epoch " + epoch + (u0 > 0 ? " " + obj(u0) : "") + (u1 > 0 ? " " + obj(u1) : "") + ")" : "")
                    + (kind == Kind.CLOSE ? "(presumes epoch " + arg + ")" : "") + (ctl == null ? " blind" : "") + (root > 0 ? " root@" + covers : "");
        }
    }

    /** A put-if-absent on its way: it may land at any later moment. */
    record Put(int slot, Rec rec) {}

    /** A data object (its name is its content), or a checkpoint's root with the map in it. */
    record Obj(int id, int m0, int m1, int b0, int b1) {}

    /** Something superseded: no pin in [birth, death) means that nobody can need it. Slots have ids from 1000. */
    record Dead(int id, int birth, int death) {}

    static final int ROOT = 300, SLOT = 1000;

    static int data(int epoch, int n) {
        return epoch << 4 | n;
    }

    static String obj(int id) {
        return id >= SLOT ? "slot " + (id - SLOT) : id >= ROOT ? "root " + ((id - ROOT) >> 4) + "-" + ((id - ROOT) & 15) : (id >> 4) + "-w" + (id & 15);
    }

    enum Ph { IDLE, OPENING, CONFIRM, LOADING, CHECKING, OWNER, UPLOADED, COMMITTING }

    static final class Writer implements Cloneable {
        Ph ph = Ph.IDLE;
        int opens, crashes, commits, seq;
        int tail, epoch, root, covers, rootBirth, m0, m1, b0, b1, n;
        int u0, u1, uRoot, uCovers, un, slot, nonce, nonce2, presumes, blind;
        Ctl ctl;
        List<Dead> dead = List.of();

        Writer copy() {
            try {
                return (Writer) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        void forget() {
            ph = Ph.IDLE;
            tail = epoch = root = covers = rootBirth = m0 = m1 = b0 = b1 = n = u0 = u1 = uRoot = uCovers = un = slot = nonce = nonce2 = presumes = blind = 0;
            ctl = null;
            dead = List.of();
        }

        void feed(Print p) {
            p.add(ph.ordinal() | opens << 4 | crashes << 8 | commits << 12 | (long) seq << 16 | (long) tail << 24 | (long) epoch << 32 | (long) n << 40);
            p.add(root | covers << 12 | (long) m0 << 16 | (long) m1 << 28 | (long) b0 << 40 | (long) b1 << 46 | (long) rootBirth << 52);
            p.add(u0 | u1 << 12 | (long) uRoot << 24 | (long) uCovers << 36 | (long) un << 44 | (long) slot << 52);
            p.add(nonce | nonce2 << 12 | (long) presumes << 24 | (long) blind << 32);
            if (ctl != null) ctl.feed(p);
            for (Dead d : dead) p.add(d.id | d.birth << 12 | d.death << 20);
        }
    }

    static final class Volume implements World, Cloneable {
        Rules r;
        Rec[] log;
        List<Obj> objs = List.of();
        List<Put> bag = List.of();
        Writer[] w;
        // controller
        int cPh, cSlot, cNonce, cSeq, cArg, cPos, cBlind, pins, unpins, repins, closes, retires;
        Kind cOp = Kind.CREATE;
        /** Only for a rule broken on purpose: the state that the controller loaded last. */
        Rec cLoaded;
        // sweeper
        int sPh, sEpoch, sCovers, sRuns;
        int[] sReach = {};
        // reader: a LIST with its ETags, later the GETs
        int rPh, rSlot, rRuns, rX0, rX1;
        Rec[] rListed = {};
        // a deleted data object whose duplicate may land once more
        int ghost, ghosts, losses, duplicates;
        // what really happened, for the invariants
        int[] h0, h1, baseTop, acked;
        /** Pins that were reported as taken, and epochs that were reported as ended: bit sets. */
        int reported, ended;
        String wrong;

        Volume(Rules r) {
            this.r = r;
            log = new Rec[r.slots + 2];
            h0 = new int[r.slots + 2];
            h1 = new int[r.slots + 2];
            baseTop = new int[r.slots + 2];
            acked = new int[r.slots + 2];
            log[1] = new Rec(Kind.CREATE, 0, 0, 0, 0, 0, 0, 0, new Ctl(0, 0, 0, false));
            w = new Writer[r.writers];
            for (int i = 0; i < w.length; i++) w[i] = new Writer();
        }

        Volume copy() {
            try {
                Volume v = (Volume) clone();
                v.log = log.clone();
                v.h0 = h0.clone();
                v.h1 = h1.clone();
                v.baseTop = baseTop.clone();
                v.acked = acked.clone();
                v.w = w.clone();
                return v;
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        Writer own(int i) {
            return w[i] = w[i].copy();
        }

        int tail() {
            for (int i = r.slots + 1; ; i--) if (log[i] != null) return i;
        }

        Obj get(int id) {
            for (Obj o : objs) if (o.id == id) return o;
            return null;
        }

        void add(Obj o) {
            List<Obj> l = new ArrayList<>(objs);
            l.removeIf(x -> x.id == o.id);
            l.add(o);
            l.sort(Comparator.comparingInt(Obj::id));
            objs = l;
        }

        void delete(int id) {
            if (id >= SLOT) {
                log[id - SLOT] = null;
                return;
            }
            if (get(id) == null) return;
            if (ghosts < r.ghosts && ghost == 0 && id < ROOT) ghost = id;
            List<Obj> l = new ArrayList<>(objs);
            l.removeIf(x -> x.id == id);
            objs = l;
        }

        // ---- the control state

        /** The newest record up to {@code t} whose sender knew all before it: it carries the control state and names the last checkpoint. */
        int informed(int t) {
            while (log[t] == null || log[t].ctl == null) t--;
            return t;
        }

        /** The control state after slot {@code t}: what the newest informed record carries, and the blind ones after it applied. */
        Ctl ctl(int t) {
            int i = informed(t);
            Ctl c = log[i].ctl;
            if (r.mut("state folded over every control record from slot 1")) {
                i = 1;
                c = log[1].ctl;
            }
            for (i++; i <= t; i++) if (log[i] != null) c = apply(c, i, log[i]);
            return c;
        }

        /** The state after a record, which is void, and changes nothing, when what it presumes is not so. */
        Ctl apply(Ctl c, int slot, Rec x) {
            return switch (x.kind) {
                case CREATE, COMMIT -> c;
                case OPEN -> c.retired || x.arg != c.epoch && !r.mut("blind OPEN without its void rule") ? c : new Ctl(slot, c.pins, c.repins, false);
                case CLOSE -> x.arg != c.epoch && !r.mut("blind CLOSE without its void rule") ? c : new Ctl(0, c.pins, c.repins, c.retired);
                case PIN -> c.retired ? c : new Ctl(c.epoch, c.pins | 1 << slot, c.repins, false);
                case UNPIN -> new Ctl(c.epoch, c.pins & ~(1 << x.arg), c.repins, c.retired);
                case REPIN -> (c.pins >> x.arg & 1) == 0 ? c : new Ctl(c.epoch, c.pins, c.repins | 1 << x.arg, c.retired);
                case RETIRE -> new Ctl(0, c.pins, c.repins, true);
            };
        }

        // ---- loading: the same function for a writer, a reader of a pin and the invariants

        record Load(int m0, int m1, int b0, int b1, String missing, List<Integer> used) {}

        Load load(int slot) {
            List<Integer> used = new ArrayList<>();
            Rec t = log[slot];
            if (t == null) return new Load(0, 0, 0, 0, "slot " + slot, used);
            if (t.kind == Kind.COMMIT) used.add(SLOT + slot);
            t = log[informed(slot)];
            Load l = committed(t.root, t.covers, slot, used);
            if (l.missing != null) return l;
            int m0 = l.m0, m1 = l.m1, b0 = l.b0, b1 = l.b1;
            if (m0 != 0) { used.add(m0); if (get(m0) == null) return new Load(m0, m1, b0, b1, obj(m0), used); }
            if (m1 != 0) { used.add(m1); if (get(m1) == null) return new Load(m0, m1, b0, b1, obj(m1), used); }
            return l;
        }

        /** What a checkpoint says, and the COMMITs of the slots after it. */
        Load committed(int root, int covers, int slot, List<Integer> used) {
            int m0 = 0, m1 = 0, b0 = 0, b1 = 0;
            if (root != 0) {
                Obj o = get(root);
                if (o == null) return new Load(0, 0, 0, 0, obj(root), used);
                used.add(root);
                m0 = o.m0; m1 = o.m1; b0 = o.b0; b1 = o.b1;
            }
            for (int i = covers + 1; i <= slot; i++) {
                Rec x = log[i];
                if (x == null) return new Load(0, 0, 0, 0, "slot " + i, used);
                if (x.kind != Kind.COMMIT) continue;
                used.add(SLOT + i);
                if (x.u0 != 0) { m0 = x.u0; b0 = i; }
                if (x.u1 != 0) { m1 = x.u1; b1 = i; }
            }
            return new Load(m0, m1, b0, b1, null, used);
        }

        static int top(int a, int b) {
            return (a & 15) >= (b & 15) ? a : b;
        }

        /** Whether write {@code x} is one of those that led to the state whose last write is {@code top}. */
        boolean leadsTo(int x, int top) {
            for (int i = 0; top != 0 && i < 12; i++) {
                if (top >> 4 == x >> 4) return (x & 15) <= (top & 15);
                top = baseTop[top >> 4];
            }
            return x == 0;
        }

        public String broken() {
            if (wrong != null) return wrong;
            int t = tail();
            boolean reaped = r.mut("reaping a retired volume frees its slots") && ctl(t).retired;
            Load l = reaped ? new Load(h0[t], h1[t], 0, 0, null, List.of()) : load(t);
            if (l.missing != null) return "(d) the current state needs " + l.missing + ", which is gone";
            if (l.m0 != h0[t] || l.m1 != h1[t]) return "(e) the state that is loaded is not the one that was committed";
            int top = top(l.m0, l.m1), other = top == l.m0 ? l.m1 : l.m0;
            if (top != 0 && ((other & 15) != (top & 15) - 1 || !leadsTo(other, top))) return "(b) not a prefix: " + obj(l.m0) + ", " + obj(l.m1);
            for (int e = 1; e < acked.length; e++)
                if (acked[e] != 0 && !leadsTo(data(e, acked[e]), top)) return "(a)(c) acknowledged write " + obj(data(e, acked[e])) + " is not in the log";
            Ctl c = ctl(t);
            for (int p = 1; p <= r.slots; p++)
                if ((c.kept() >> p & 1) != 0) {
                    Load x = load(p);
                    if (x.missing != null) return "(d) pin at " + p + " needs " + x.missing + ", which is gone";
                    if (x.m0 != h0[p] || x.m1 != h1[p]) return "(e) the state of the pin at " + p + " changed";
                }
            if ((ended >> c.epoch & 1) != 0) return "(c) a force-detach was reported but its writer still owns the volume";
            if ((reported & ~c.pins) != 0) return "(d) a snapshot was reported but the log does not know its pin";
            if (c.epoch == 0 && sPh == 0) return unswept(t);
            return null;
        }

        /** (f): on a closed volume a sweep from here would leave nothing that is unreachable. */
        String unswept(int t) {
            Set<Integer> reach = reach(t);
            for (Obj o : objs)
                if (!reach.contains(o.id) && epochOf(o.id) > t) return "(f) " + obj(o.id) + " would never be swept";
            return null;
        }

        Set<Integer> reach(int t) {
            Set<Integer> s = new TreeSet<>(load(t).used);
            int kept = r.mut("collector ignores pins") ? 0 : ctl(t).kept();
            for (int p = 1; p <= r.slots; p++) if ((kept >> p & 1) != 0) s.addAll(load(p).used);
            return s;
        }

        static int epochOf(int id) {
            return id >= ROOT ? (id - ROOT) >> 4 : id >> 4;
        }

        // ---- the network

        void send(int slot, Rec rec) {
            List<Put> l = new ArrayList<>(bag);
            l.add(new Put(slot, rec));
            bag = l;
        }

        boolean awaited(Put p) {
            if (cPh == 1 && cNonce == p.rec.nonce) return true;
            for (Writer x : w) if ((x.ph == Ph.OPENING || x.ph == Ph.COMMITTING) && (x.nonce == p.rec.nonce || x.nonce2 == p.rec.nonce)) return true;
            return false;
        }

        /** Forgets puts that can have no effect any more, and sorts the rest. */
        Volume settle() {
            List<Put> l = new ArrayList<>();
            for (Put p : bag) {
                boolean held = log[p.slot] != null && log[p.slot].kind != Kind.COMMIT && !r.mut("control records trimmed too") && !r.mut("reaping a retired volume frees its slots");
                if (held && !awaited(p)) continue;
                l.add(p);
            }
            l.sort(Comparator.comparingInt(Put::slot).thenComparingInt(p -> p.rec.nonce));
            bag = l;
            return this;
        }

        boolean land(Put p) {
            List<Put> l = new ArrayList<>(bag);
            l.remove(p);
            bag = l;
            if (log[p.slot] != null) return false;
            int t = tail();
            Ctl before = ctl(t);
            log[p.slot] = p.rec;
            if (p.slot > t) {
                Rec x = p.rec;
                if ((x.kind == Kind.OPEN || x.kind == Kind.CLOSE) && x.arg != before.epoch && ctl(p.slot).epoch != before.epoch)
                    wrong = "(h) " + x.kind + ", which presumes epoch " + x.arg + ", has ended epoch " + before.epoch;
                h0[p.slot] = x.u0 != 0 ? x.u0 : h0[t];
                h1[p.slot] = x.u1 != 0 ? x.u1 : h1[t];
                if (x.kind == Kind.COMMIT && x.epoch != before.epoch) wrong = "(c) a writer that was fenced has committed at slot " + p.slot;
            }
            return true;
        }

        // ---- the actors

        public void steps(Out out) {
            for (int i = 0; i < w.length; i++) writer(i, out);
            controller(out);
            sweeper(out);
            reader(out);
            for (Put p : bag)
                for (int copy = 0; copy <= (duplicates < r.duplicates && log[p.slot] == null ? 1 : 0); copy++) land(p, copy == 1, out);
            if (ghost != 0) {
                Volume v = copy();
                v.add(new Obj(ghost, 0, 0, 0, 0));
                v.ghost = 0;
                v.ghosts++;
                out.to("a delayed duplicate of data object " + obj(ghost) + " lands", v);
            }
        }

        void land(Put p, boolean again, Out out) {
            boolean waits = awaited(p);
            for (int lost = waits ? 0 : 1; lost <= (waits && losses >= r.losses ? 0 : 1); lost++) {
                Volume v = copy();
                boolean ok = v.land(p);
                if (again) {
                    v.duplicates++;
                    v.send(p.slot, p.rec);
                }
                String how = p.rec.kind + "#" + p.rec.nonce + (ok ? " lands at slot " : " is refused at slot ") + p.slot + (again ? ", a duplicate stays on its way" : "");
                if (lost == 0) v.answer(p, ok, how + (ok ? ", answer 200" : ", answer 412"), out);
                else {
                    if (waits) {
                        v.losses++;
                        if (!again) v.send(p.slot, p.rec); // the sender will send the same bytes again
                    }
                    out.to(how + (waits ? ", the answer is lost" : ", nobody waits for the answer"), v.settle());
                }
            }
        }

        void answer(Put p, boolean ok, String how, Out out) {
            if (cPh == 1 && cNonce == p.rec.nonce) {
                controllerAnswer(p, ok, how, out);
                return;
            }
            for (int i = 0; i < w.length; i++) {
                Writer x = w[i];
                if (x.nonce2 != 0 && x.nonce2 == p.rec.nonce) {
                    Writer y = own(i);
                    if (ok) acked[y.epoch] = Math.max(acked[y.epoch], y.un + 1);
                    y.nonce2 = 0;
                    out.to(how + " (second commit in flight)", settle());
                    return;
                }
                if (x.nonce != p.rec.nonce) continue;
                Writer y = own(i);
                Rec there = log[p.slot];
                boolean mine = ok || there != null && there.nonce == p.rec.nonce;
                if (x.ph == Ph.OPENING) {
                    if (!mine) {
                        if (y.blind < r.blind && p.slot < r.slots) {
                            Volume v = copy();
                            Writer z = v.own(i);
                            z.blind++;
                            v.sendOpen(i, z, p.slot + 1);
                            out.to(how + ", goes on to slot " + z.slot + " without reading", v.settle());
                        }
                        y.forget();
                        y.opens--;
                    } else if (r.confirm) y.ph = Ph.CONFIRM;
                    else becomeOwner(y);
                } else if (mine) {
                    committed(y, p.slot);
                } else if (there == null || after(y, there, p.slot).epoch != y.epoch) {
                    y.forget(); // fenced: the flush fails, nothing is acknowledged
                } else {
                    y.tail = p.slot;
                    y.ctl = after(y, there, p.slot);
                    if (y.tail + 1 > r.slots) y.forget();
                    else commit(i, y);
                }
                out.to(how, settle());
                return;
            }
        }

        /** What an owner knows after it has read a foreign record in the slot after its tail. */
        Ctl after(Writer y, Rec there, int slot) {
            return there.ctl != null ? there.ctl : apply(y.ctl, slot, there);
        }

        void sendOpen(int i, Writer y, int slot) {
            y.slot = slot;
            y.ctl = new Ctl(slot, y.ctl.pins, y.ctl.repins, false);
            y.nonce = (i + 1) * 64 + ++y.seq;
            y.ph = Ph.OPENING;
            boolean knows = y.blind == 0 || r.mut("a blind record carries the state that its sender had loaded");
            send(slot, knows ? new Rec(Kind.OPEN, y.nonce, slot, 0, 0, y.root, y.covers, y.rootBirth, y.ctl, y.presumes)
                    : new Rec(Kind.OPEN, y.nonce, slot, 0, 0, 0, 0, 0, null, y.presumes));
        }

        /** What a writer knows of the volume after it has loaded at {@code t}. */
        void know(Writer y, int t) {
            Load l = load(t);
            Rec last = log[informed(t)];
            y.m0 = l.m0; y.m1 = l.m1; y.b0 = l.b0; y.b1 = l.b1;
            y.root = last.root; y.covers = last.covers; y.rootBirth = last.rootBirth;
            y.tail = t;
            y.ctl = ctl(t);
        }

        void becomeOwner(Writer y) {
            y.epoch = y.slot;
            if (y.blind > 0 && r.confirm) know(y, tail()); // it has not read all that lies before its OPEN
            else y.tail = y.slot;
            if (r.slowLoad) y.ph = Ph.LOADING;
            else ready(y);
        }

        /** The owner knows what was committed before. */
        void ready(Writer y) {
            if (y.m0 != h0[y.tail] || y.m1 != h1[y.tail]) wrong = "(l) an owner has loaded what was never committed";
            y.ph = Ph.OWNER;
            y.n = top(y.m0, y.m1) & 15;
            baseTop[y.epoch] = top(y.m0, y.m1);
        }

        void writer(int i, Out out) {
            Writer x = w[i];
            String me = "W" + i + " ";
            int t = tail();
            if (x.ph == Ph.IDLE && x.opens < r.opens && !ctl(t).retired && t < r.slots) {
                Volume v = copy();
                Writer y = v.own(i);
                y.opens++;
                v.know(y, t);
                y.presumes = y.ctl.epoch;
                v.sendOpen(i, y, t + 1);
                out.to(me + "loads at " + t + ", sends OPEN#" + y.nonce + " for slot " + (t + 1), v.settle());
            }
            if (x.ph == Ph.CONFIRM) {
                Volume v = copy();
                Writer y = v.own(i);
                boolean owns = ctl(t).epoch == x.slot;
                if (owns) v.becomeOwner(y);
                else y.forget();
                out.to(me + (owns ? "loads again and finds itself the owner" : "loads again and is not the owner (fenced, or its OPEN fell into a trimmed slot)"), v.settle());
            }
            if (x.ph == Ph.LOADING) {
                Volume v = copy();
                Writer y = v.own(i);
                Load l = v.committed(x.root, x.covers, x.tail, new ArrayList<>());
                y.m0 = l.m0; y.m1 = l.m1; y.b0 = l.b0; y.b1 = l.b1;
                y.ph = Ph.CHECKING;
                if (l.missing != null) y.forget();
                else if (r.mut("an owner believes what it reads of slots that may be trimmed")) v.ready(y);
                out.to(me + "reads the COMMITs up to slot " + x.tail + (l.missing == null ? "" : ", meets 404 for " + l.missing), v.settle());
            }
            if (x.ph == Ph.CHECKING) {
                Volume v = copy();
                Writer y = v.own(i);
                boolean untrimmed = log[informed(t)].covers <= x.covers;
                if (untrimmed) v.ready(y);
                else y.forget();
                out.to(me + (untrimmed ? "finds no newer checkpoint" : "finds a newer checkpoint: it lost the volume"), v.settle());
            }
            if (x.ph == Ph.OWNER && x.commits < r.commits) {
                for (int k = 1; k <= r.wide; k++)
                    for (int ck = 0; ck < 2; ck++) {
                        if (ck == 1 && x.tail == x.covers) continue;
                        Volume v = copy();
                        Writer y = v.own(i);
                        y.commits++;
                        for (int n = x.n + 1; n <= x.n + k; n++) {
                            v.add(new Obj(data(x.epoch, n), 0, 0, 0, 0));
                            if ((n & 1) == 0) y.u0 = data(x.epoch, n);
                            else y.u1 = data(x.epoch, n);
                        }
                        y.un = x.n + k;
                        if (ck == 1) {
                            y.uRoot = ROOT + data(x.epoch, x.tail);
                            y.uCovers = x.tail;
                            v.add(new Obj(y.uRoot, x.m0, x.m1, x.b0, x.b1));
                        }
                        y.ph = Ph.UPLOADED;
                        String what = me + "uploads write " + (k == 2 ? (x.n + 1) + "-" : "") + y.un + (ck == 1 ? " and a root that covers " + x.tail : "");
                        if (!r.split) {
                            if (x.tail + 1 > r.slots) continue;
                            v.commit(i, y);
                            what += ", sends COMMIT#" + y.nonce + " for slot " + y.slot;
                        }
                        out.to(what, v.settle());
                    }
            }
            if (x.ph == Ph.UPLOADED) {
                Volume v = copy();
                Writer y = v.own(i);
                if (x.tail + 1 > r.slots) y.forget();
                else v.commit(i, y);
                out.to(me + "sends COMMIT#" + y.nonce + " for slot " + (x.tail + 1), v.settle());
            }
            if (x.ph == Ph.COMMITTING) {
                if (r.mut("owner acknowledges on time-out")) {
                    Volume v = copy();
                    Writer y = v.own(i);
                    v.committed(y, x.slot);
                    out.to(me + "times out and acknowledges", v.settle());
                }
                if (r.mut("404 after time-out taken as absence") && log[x.slot] == null) {
                    Volume v = copy();
                    Writer y = v.own(i);
                    for (int u : new int[] {x.u0, x.u1, x.uRoot}) if (u != 0) v.delete(u);
                    y.u0 = y.u1 = y.uRoot = y.uCovers = y.un = y.nonce = 0;
                    y.commits--;
                    y.ph = Ph.OWNER;
                    out.to(me + "times out, GETs 404, drops the commit and its objects", v.settle());
                }
                if (r.mut("two commits in flight") && x.nonce2 == 0 && x.slot < r.slots) {
                    Volume v = copy();
                    Writer y = v.own(i);
                    int n = x.un + 1, u = data(x.epoch, n);
                    v.add(new Obj(u, 0, 0, 0, 0));
                    y.nonce2 = (i + 1) * 64 + ++y.seq;
                    v.send(x.slot + 1, new Rec(Kind.COMMIT, y.nonce2, x.epoch, (n & 1) == 0 ? u : 0, (n & 1) == 1 ? u : 0, x.root, x.covers, x.rootBirth, x.ctl));
                    out.to(me + "sends a second COMMIT for slot " + (x.slot + 1), v.settle());
                }
                if (r.mut("collector deletes before the death is durable")) {
                    int old = x.u0 != 0 ? x.m0 : x.m1;
                    if (old != 0 && get(old) != null && x.ctl.kept() == 0) {
                        Volume v = copy();
                        v.delete(old);
                        out.to(me + "deletes " + obj(old) + " which its COMMIT in flight supersedes", v.settle());
                    }
                }
            }
            if (x.ph.ordinal() >= Ph.OWNER.ordinal()) {
                List<Dead> left = new ArrayList<>();
                StringBuilder gone = new StringBuilder();
                Volume c = copy();
                for (Dead d : x.dead) {
                    int kept = r.mut("collector ignores pins") ? 0 : x.ctl.kept();
                    int window = ((1 << d.death) - 1) & -(1 << d.birth);
                    if ((kept & window) != 0) left.add(d);
                    else {
                        c.delete(d.id);
                        gone.append(' ').append(obj(d.id));
                    }
                }
                if (left.size() < x.dead.size()) {
                    c.own(i).dead = left;
                    out.to(me + "deletes what is dead:" + gone, c.settle());
                }
                if (r.mut("control records trimmed too"))
                    for (int s = 2; s <= x.covers; s++)
                        if (log[s] != null && log[s].kind != Kind.COMMIT && log[s].kind != Kind.CREATE && (x.ctl.kept() >> s & 1) == 0 && x.covers < x.tail && log[x.tail] != null && log[x.tail].kind == Kind.COMMIT) {
                            Volume v = copy();
                            v.log[s] = null;
                            out.to(me + "trims the control record at slot " + s, v.settle());
                        }
            }
            if (x.ph != Ph.IDLE && x.crashes < r.crashes) {
                Volume v = copy();
                Writer y = v.own(i);
                y.forget();
                y.crashes++;
                out.to(me + "crashes", v.settle());
            }
        }

        /** Sends the frozen commit to the slot after the owner's tail; a refused one is made anew for the next slot. */
        void commit(int i, Writer y) {
            y.slot = y.tail + 1;
            y.nonce = (i + 1) * 64 + ++y.seq;
            y.ph = Ph.COMMITTING;
            send(y.slot, commitRecord(y));
        }

        static Rec commitRecord(Writer y) {
            boolean ck = y.uRoot != 0;
            return new Rec(Kind.COMMIT, y.nonce, y.epoch, y.u0, y.u1, ck ? y.uRoot : y.root, ck ? y.uCovers : y.covers, ck ? y.slot : y.rootBirth, y.ctl);
        }

        void committed(Writer y, int slot) {
            List<Dead> l = new ArrayList<>(y.dead);
            if (y.u0 != 0) { if (y.m0 != 0) l.add(new Dead(y.m0, y.b0, slot)); y.m0 = y.u0; y.b0 = slot; }
            if (y.u1 != 0) { if (y.m1 != 0) l.add(new Dead(y.m1, y.b1, slot)); y.m1 = y.u1; y.b1 = slot; }
            if (y.uRoot != 0) {
                if (y.root != 0) l.add(new Dead(y.root, y.rootBirth, slot));
                for (int s = y.covers + 1; s <= y.uCovers; s++)
                    if (log[s] != null && log[s].kind == Kind.COMMIT) l.add(new Dead(SLOT + s, s, slot));
                y.root = y.uRoot; y.covers = y.uCovers; y.rootBirth = slot;
            }
            l.sort(Comparator.comparingInt(Dead::id));
            y.dead = l;
            y.tail = slot;
            y.n = y.un;
            acked[y.epoch] = Math.max(acked[y.epoch], y.n);
            y.u0 = y.u1 = y.uRoot = y.uCovers = y.un = y.nonce = 0;
            y.ph = Ph.OWNER;
        }

        void controller(Out out) {
            int t = tail();
            Ctl c = ctl(t);
            if (cPh == 0 && t < r.slots) {
                if (pins < r.pins && !c.retired) begin(Kind.PIN, 0, out);
                for (int p = 1; p < r.slots; p++) {
                    boolean gone = r.mut("pin of a pin that is gone") && unpins > 0 && log[p] != null && log[p].kind == Kind.PIN && (c.pins >> p & 1) == 0;
                    if (gone && repins < r.repins) begin(Kind.REPIN, p, out);
                    if ((c.pins >> p & 1) == 0 || (reported >> p & 1) == 0) continue;
                    if (unpins < r.unpins) begin(Kind.UNPIN, p, out);
                    if (repins < r.repins) begin(Kind.REPIN, p, out);
                }
                if (closes < r.closes && c.epoch != 0) begin(Kind.CLOSE, c.epoch, out);
                if (retires < r.retires && !c.retired) begin(Kind.RETIRE, 0, out);
            }
            if (cPh == 2) {
                Volume v = copy();
                boolean done = switch (cOp) {
                    case PIN -> (c.pins >> (r.mut("pin without position check") ? cPos : cSlot) & 1) != 0;
                    case UNPIN -> (c.pins >> cArg & 1) == 0;
                    case REPIN -> (c.repins >> cArg & 1) != 0;
                    case CLOSE -> c.epoch != cArg;
                    default -> c.retired;
                };
                if (done) {
                    v.controllerDone();
                    out.to("C loads again and sees the effect of its " + cOp, v.settle());
                } else if (t < r.slots) {
                    v.controllerSend(t, 0);
                    out.to("C loads again: its " + cOp + " fell into a trimmed slot, sends " + cOp + "#" + v.cNonce + " for slot " + v.cSlot, v.settle());
                }
            }
        }

        void begin(Kind k, int arg, Out out) {
            Volume v = copy();
            v.cOp = k;
            v.cArg = arg;
            v.cPos = tail();
            if (k == Kind.UNPIN) v.reported &= ~(1 << arg);
            switch (k) {
                case PIN -> v.pins++;
                case UNPIN -> v.unpins++;
                case REPIN -> v.repins++;
                case CLOSE -> v.closes++;
                default -> v.retires++;
            }
            v.controllerSend(tail(), 0);
            out.to("C loads at " + tail() + ", sends " + k + "#" + v.cNonce + (k == Kind.UNPIN || k == Kind.REPIN ? " of the pin at " + arg : "") + " for slot " + v.cSlot, v.settle());
        }

        /** To the slot after {@code before}; {@code blind}: how many slots it has tried without reading. */
        void controllerSend(int before, int blind) {
            int s = before + 1;
            boolean carriesOld = r.mut("a blind record carries the state that its sender had loaded");
            if (blind == 0) {
                Rec last = log[informed(before)];
                Ctl c = ctl(before);
                cLoaded = new Rec(cOp, 0, 0, 0, 0, last.root, last.covers, last.rootBirth, c);
            }
            cSlot = s;
            cBlind = blind;
            cNonce = 256 + ++cSeq;
            cPh = 1;
            Rec bare = new Rec(cOp, cNonce, 0, 0, 0, 0, 0, 0, null, cArg);
            if (blind > 0 && !carriesOld) {
                send(s, bare);
                return;
            }
            Ctl c = cLoaded.ctl, after = r.mut("pin without position check") && cOp == Kind.PIN ? new Ctl(c.epoch, c.pins | 1 << cPos, c.repins, c.retired)
                    : r.mut("pin of a pin that is gone") && cOp == Kind.REPIN ? new Ctl(c.epoch, c.pins, c.repins | 1 << cArg, c.retired)
                    : apply(c, s, bare);
            send(s, new Rec(cOp, cNonce, 0, 0, 0, cLoaded.root, cLoaded.covers, cLoaded.rootBirth, after, cArg));
            if (!carriesOld) cLoaded = null;
        }

        void controllerAnswer(Put p, boolean ok, String how, Out out) {
            boolean mine = ok || log[p.slot] != null && log[p.slot].nonce == p.rec.nonce;
            if (!mine && cBlind < r.blind && p.slot < r.slots) {
                Volume v = copy();
                v.controllerSend(p.slot, cBlind + 1);
                out.to(how + ", goes on to slot " + v.cSlot + " without reading", v.settle());
            }
            if (mine) {
                if (r.confirm) cPh = 2;
                else controllerDone();
            } else if (tail() + 1 > r.slots) controllerIdle();
            else controllerSend(tail(), 0);
            out.to(how, settle());
        }

        void controllerDone() {
            if (cOp == Kind.CLOSE) ended |= 1 << cArg;
            if (cOp == Kind.PIN) reported |= 1 << (r.mut("pin without position check") ? cPos : cSlot);
            controllerIdle();
        }

        void controllerIdle() {
            cPh = cSlot = cNonce = cArg = cPos = cBlind = 0;
            cOp = Kind.CREATE;
            cLoaded = null;
        }

        void sweeper(Out out) {
            int t = tail();
            if (sPh == 0 && sRuns < r.sweeps) {
                Volume v = copy();
                v.sRuns++;
                v.sPh = 1;
                v.sEpoch = ctl(t).epoch == 0 ? t + 1 : ctl(t).epoch;
                if (r.mut("sweeper deletes the open epoch's")) v.sEpoch++;
                v.sCovers = log[informed(t)].covers;
                v.sReach = reach(t).stream().mapToInt(Integer::intValue).toArray();
                out.to("S loads at " + t + ": may delete what epochs before " + v.sEpoch + " left", v.settle());
            }
            if (r.mut("reaping a retired volume frees its slots") && ctl(t).retired && ctl(t).kept() == 0) {
                for (int s = 2; s < t; s++)
                    if (log[s] != null && log[s].kind != Kind.COMMIT) {
                        Volume v = copy();
                        v.log[s] = null;
                        out.to("S reaps the control record at slot " + s, v.settle());
                    }
            }
            if (sPh == 1) {
                for (Obj o : objs)
                    if (epochOf(o.id) < sEpoch && Arrays.binarySearch(sReach, o.id) < 0) {
                        Volume v = copy();
                        v.delete(o.id);
                        out.to("S deletes " + obj(o.id), v.settle());
                    }
                for (int s = 2; s <= sCovers; s++)
                    if (log[s] != null && log[s].kind == Kind.COMMIT && Arrays.binarySearch(sReach, SLOT + s) < 0) {
                        Volume v = copy();
                        v.delete(SLOT + s);
                        out.to("S trims slot " + s, v.settle());
                    }
                Volume v = copy();
                v.sPh = v.sEpoch = v.sCovers = 0;
                v.sReach = new int[0];
                out.to("S ends", v.settle());
            }
        }

        /** Somebody who reads the live volume without a pin: a LIST first, the GETs at a later time. */
        void reader(Out out) {
            if (rPh == 0 && rRuns < r.readers) {
                Volume v = copy();
                v.rRuns++;
                v.rPh = 1;
                v.rSlot = tail();
                v.rX0 = h0[v.rSlot];
                v.rX1 = h1[v.rSlot];
                v.rListed = Arrays.copyOf(log, v.rSlot + 1);
                out.to("R lists, the newest slot is " + v.rSlot, v);
            }
            if (rPh == 1) {
                Volume v = copy();
                Load l = asListed().load(rSlot);
                if (l.missing == null && (l.m0 != rX0 || l.m1 != rX1)) v.wrong = "a reader at slot " + rSlot + " sees a mix";
                v.rPh = v.rSlot = v.rX0 = v.rX1 = 0;
                v.rListed = new Rec[0];
                out.to(l.missing == null ? "R reads the state" : "R meets 404 for " + l.missing + ", starts again", v);
            }
        }

        /** The log as GETs with the ETags of the LIST see it: a slot that was filled anew since then is missing. */
        Volume asListed() {
            if (r.mut("reader does not compare ETags")) return this;
            Volume v = copy();
            for (int i = 1; i <= rSlot; i++) if (!Objects.equals(v.log[i], rListed[i])) v.log[i] = null;
            return v;
        }

        public void feed(Print p) {
            if (wrong != null) p.add(-1);
            for (int i = 1; i < rListed.length; i++)
                if (rListed[i] != null) {
                    p.add(1L << 62 | i);
                    rListed[i].feed(p);
                }
            for (int i = 1; i < log.length; i++)
                if (log[i] != null) {
                    p.add(i);
                    log[i].feed(p);
                }
            for (Obj o : objs) p.add(1L << 60 | o.id | (long) o.m0 << 12 | (long) o.m1 << 24 | (long) o.b0 << 36 | (long) o.b1 << 44);
            for (Put u : bag) {
                p.add(1L << 61 | u.slot);
                u.rec.feed(p);
            }
            for (Writer x : w) x.feed(p);
            p.add(cPh | cSlot << 4 | cArg << 8 | cPos << 12 | (long) cNonce << 16 | (long) cSeq << 28 | (long) cOp.ordinal() << 40 | (long) pins << 44 | (long) unpins << 48 | (long) repins << 52 | (long) closes << 56 | (long) retires << 60);
            p.add(sPh | sEpoch << 4 | sCovers << 8 | sRuns << 12 | (long) rPh << 16 | (long) rSlot << 20 | (long) rRuns << 24 | (long) rX0 << 28 | (long) rX1 << 40 | (long) ghosts << 52 | (long) cBlind << 56);
            if (cLoaded != null) cLoaded.feed(p);
            for (int x : sReach) p.add(x);
            p.add(ghost | (long) reported << 32 | (long) ended << 48 | (long) losses << 24 | (long) duplicates << 28);
            for (int i = 1; i < log.length; i++) p.add(i | h0[i] << 8 | (long) h1[i] << 20 | (long) baseTop[i] << 32 | (long) acked[i] << 44);
        }

        public String show() {
            StringBuilder b = new StringBuilder("log:");
            for (int i = 1; i <= tail(); i++) b.append(" [").append(i).append("] ").append(log[i] == null ? "-" : log[i]);
            b.append("; objects:");
            for (Obj o : objs) b.append(' ').append(obj(o.id));
            for (int e = 1; e < acked.length; e++) if (acked[e] > 0) b.append("; epoch ").append(e).append(" acknowledged up to write ").append(acked[e]);
            return b.toString();
        }
    }

    // ------------------------------------------------------------------ a group of two volumes

    /** Two volumes, one application whose every write depends on the one before, and a group snapshot. */
    static final class Group implements World, Cloneable {
        static final int FREE = 0, SENT = 1, HELD = 2, RELEASING = 3, N = 9;
        static final int COMMIT = 1, HOLD = 2, PIN = 3, RELEASE = 4, OPEN = 5;
        final int writes, groups;
        final String mutation;
        /** Per volume: kind | value << 4 | hold id << 12 at each slot. */
        int[][] log = new int[2][N + 2];
        int[] tail = {1, 1}, owner = new int[2], slot = new int[2], holdKnown = new int[2];
        List<int[]> bag = List.of(); // volume, slot, content, copies left
        int next = 1;
        boolean issued;
        /** A flush of somebody else on volume 1, which depends on nothing. */
        int others;
        int[] has = new int[2];
        int step, round, cSlot, cVolume, opens;
        boolean waiting;
        int[] pinned = {-1, -1};
        boolean done;

        Group(int writes, int groups, String mutation) {
            this.writes = writes;
            this.groups = groups;
            this.mutation = mutation;
        }

        Group copy() {
            try {
                Group g = (Group) clone();
                g.log = new int[][] {log[0].clone(), log[1].clone()};
                g.tail = tail.clone();
                g.owner = owner.clone();
                g.slot = slot.clone();
                g.holdKnown = holdKnown.clone();
                g.pinned = pinned.clone();
                g.has = has.clone();
                return g;
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        int end(int v) {
            int t = 1;
            while (log[v][t + 1] != 0) t++;
            return t;
        }

        /** The HOLD in force after slot {@code s}, or 0. */
        int hold(int v, int s) {
            int h = 0;
            for (int i = 2; i <= s; i++) {
                int k = log[v][i] & 15;
                if (k == HOLD) h = log[v][i] >> 12;
                else if (k == RELEASE || k == OPEN || k == PIN && log[v][i] >> 12 == h) h = 0;
            }
            return h;
        }

        int value(int v, int s) {
            int x = 0;
            for (int i = 2; i <= s; i++) if ((log[v][i] & 15) == COMMIT) x = Math.max(x, log[v][i] >> 4 & 255);
            return x;
        }

        public String broken() {
            if (!done) return null;
            int a = pinned[0], b = pinned[1];
            return Math.abs(a - b) <= 1 ? null : "(g) the group snapshot has write " + Math.max(a, b) + " but not write " + (Math.max(a, b) - 1);
        }

        Group send(int v, int s, int content) {
            List<int[]> l = new ArrayList<>(bag);
            l.add(new int[] {v, s, content, 2});
            bag = l;
            return this;
        }

        public void steps(Out out) {
            int v = (next & 1) ^ 1;
            if (!issued && next <= writes) {
                Group g = copy();
                g.issued = true;
                g.has[v] = next;
                if (owner[v] == FREE) g.ownerGoes(v);
                out.to("write " + next + " and its flush go to volume " + v, g);
            }
            if (others < 1 && owner[1] == FREE) {
                Group g = copy();
                g.others++;
                g.ownerGoes(1);
                out.to("somebody else flushes volume 1", g);
            }
            for (int u = 0; u < 2; u++) {
                if (owner[u] == HELD) {
                    Group g = copy();
                    int t = end(u);
                    g.tail[u] = t;
                    if (hold(u, t) == 0) g.ownerGoes(u);
                    else {
                        g.owner[u] = RELEASING;
                        g.slot[u] = t + 1;
                        if (t + 1 > N) continue;
                        g.send(u, t + 1, RELEASE);
                        if (mutation.equals("owner goes on when RELEASE is sent, not landed")) {
                            g.tail[u] = t + 1;
                            g.owner[u] = SENT;
                            g.slot[u] = t + 2;
                            g.send(u, t + 2, COMMIT | has[u] << 4);
                        }
                    }
                    out.to("owner " + u + " waited: " + (hold(u, t) == 0 ? "no hold any more, commits" : "sends RELEASE for slot " + (t + 1)), g);
                }
                if (opens < 1 && owner[u] == FREE && end(u) < N) {
                    Group g = copy();
                    g.opens++;
                    g.log[u][end(u) + 1] = OPEN;
                    g.tail[u] = g.end(u);
                    out.to("volume " + u + " is opened again", g);
                }
            }
            controller(out);
            for (int[] p : bag) {
                int u = p[0];
                boolean ok = log[u][p[1]] == 0;
                Group lost = copy();
                lost.land(p);
                String name = name(p[2]) + " at " + u + "/" + p[1];
                if (ok) out.to(name + " lands, the answer is lost", lost);
                Group g = copy();
                g.land(p);
                boolean mine = g.log[u][p[1]] == p[2];
                if (waiting && cVolume == u && cSlot == p[1] && (p[2] & 15) != COMMIT && (p[2] & 15) != RELEASE) {
                    g.controllerAnswer(mine, u, p[2]);
                    out.to(name + (mine ? " lands" : " is refused"), g);
                } else if (owner[u] == SENT && slot[u] == p[1] && (p[2] & 15) == COMMIT) {
                    if (mine) {
                        g.tail[u] = p[1];
                        g.owner[u] = FREE;
                        if (issued && (p[2] >> 4 & 255) == next) {
                            g.issued = false;
                            g.next++;
                        } else if (g.has[u] == next && issued) g.ownerGoes(u);
                    } else if (mutation.equals("owner commits on past a HOLD")) {
                        g.tail[u] = p[1];
                        if (p[1] + 1 <= N) g.sendCommit(u, p[1] + 1);
                    } else {
                        g.tail[u] = p[1];
                        g.ownerGoes(u);
                    }
                    out.to(name + (mine ? " lands, acknowledged" : " is refused"), g);
                } else if (owner[u] == RELEASING && slot[u] == p[1] && (p[2] & 15) == RELEASE) {
                    g.tail[u] = p[1];
                    if (mutation.equals("commit after RELEASE without re-check")) {
                        if (p[1] + 1 <= N) g.sendCommit(u, p[1] + 1 + (g.log[u][p[1] + 1] != 0 ? 1 : 0));
                    } else g.ownerGoes(u);
                    out.to(name + (mine ? " lands" : " is refused"), g);
                }
            }
        }

        /** The owner knows the log up to its tail: it commits, or waits while a HOLD is in force. */
        void ownerGoes(int u) {
            if (hold(u, tail[u]) != 0) owner[u] = HELD;
            else if (tail[u] + 1 <= N) sendCommit(u, tail[u] + 1);
        }

        void sendCommit(int u, int s) {
            if (s > N) return;
            owner[u] = SENT;
            slot[u] = s;
            send(u, s, COMMIT | has[u] << 4);
        }

        void land(int[] p) {
            List<int[]> l = new ArrayList<>(bag);
            l.remove(p);
            if (log[p[0]][p[1]] == 0) log[p[0]][p[1]] = p[2];
            else p = new int[] {p[0], p[1], p[2], 1};
            if (p[3] > 1) l.add(new int[] {p[0], p[1], p[2], p[3] - 1});
            bag = l;
        }

        void controller(Out out) {
            if (waiting || round >= groups) return;
            boolean early = mutation.equals("PIN before every HOLD is in");
            int[] order = early ? new int[] {HOLD, PIN, HOLD, PIN} : new int[] {HOLD, HOLD, PIN, PIN};
            int[] where = early ? new int[] {0, 0, 1, 1} : new int[] {0, 1, 0, 1};
            int u = where[step], t = end(u), id = round + 1;
            if (t + 1 > N) return;
            Group g = copy();
            if (order[step] == HOLD && hold(u, t) != 0) return;
            if (order[step] == PIN && hold(u, t) != id && !mutation.equals("PIN without looking for its HOLD")) {
                g.step = 0;
                g.round++;
                g.pinned = new int[] {-1, -1};
                out.to("controller: the hold on " + u + " is gone, the group snapshot fails", g);
                return;
            }
            g.waiting = true;
            g.cVolume = u;
            g.cSlot = t + 1;
            g.send(u, t + 1, order[step] | id << 12);
            out.to("controller sends " + name(order[step]) + " to " + u + "/" + (t + 1), g);
        }

        void controllerAnswer(boolean mine, int u, int content) {
            waiting = false;
            if (!mine) return; // it loads again, checks again
            if ((content & 15) == PIN) pinned[u] = value(u, cSlot);
            step++;
            cSlot = 0;
            if (step == 4) {
                done = true;
                round = groups;
            }
        }

        static String name(int c) {
            return switch (c & 15) {
                case COMMIT -> "COMMIT of write " + (c >> 4 & 255);
                case HOLD -> "HOLD";
                case PIN -> "PIN";
                case RELEASE -> "RELEASE";
                default -> "OPEN";
            };
        }

        public void feed(Print p) {
            for (int u = 0; u < 2; u++) {
                for (int x : log[u]) p.add(x);
                p.add(tail[u] | owner[u] << 8 | slot[u] << 12 | (long) (pinned[u] + 1) << 20 | (long) has[u] << 30);
            }
            List<int[]> l = new ArrayList<>(bag);
            l.sort(Arrays::compare);
            for (int[] x : l) if (log[x[0]][x[1]] == 0 || awaited(x)) for (int y : x) p.add(y);
            p.add(next | (issued ? 256 : 0) | step << 9 | round << 12 | cSlot << 16 | cVolume << 20 | opens << 22 | (others << 26) | (waiting ? 1 << 24 : 0) | (done ? 1 << 25 : 0));
        }

        boolean awaited(int[] x) {
            return waiting && cVolume == x[0] && cSlot == x[1] || (owner[x[0]] == SENT || owner[x[0]] == RELEASING) && slot[x[0]] == x[1];
        }

        public String show() {
            StringBuilder b = new StringBuilder();
            for (int u = 0; u < 2; u++) {
                b.append("volume ").append(u).append(':');
                for (int i = 2; i <= end(u); i++) b.append(" [").append(i).append("] ").append(name(log[u][i]));
                b.append("; ");
            }
            return b.toString();
        }
    }

    // ------------------------------------------------------------------ a takeover with the arena

    /**
     * A host whose daemon dies at any step and is replaced by a successor with its arena, while a foreign writer, a
     * controller and other people's PINs go on. The log is not trimmed here, so the state is the fold of {@link #apply}
     * from slot 1. A sequence number n of the arena is a write (or a discard) of block n mod 2; what a block holds is the
     * number of the operation that decided it, so an operation that is lost, repeated late or out of order shows.
     */
    static final class Takeover implements World, Cloneable {
        enum What { CREATE, OPEN, COMMIT, CLOSE, DETACH, PIN }

        /** {@code presumes}: the epoch that must be the current one. {@code covers}: the arena sequence S. {@code x0, x1}: what a COMMIT puts into the blocks. */
        record Entry(What what, int writer, int nonce, int presumes, boolean takesOver, int arena, int covers, int x0, int x1) {
            void feed(Print p) {
                p.add(what.ordinal() | writer << 4 | nonce << 10 | (long) presumes << 20 | (takesOver ? 1L << 26 : 0) | (long) arena << 28 | (long) covers << 32 | (long) x0 << 40 | (long) x1 << 50);
            }

            public String toString() {
                return what + (what == What.COMMIT ? "(epoch " + presumes + ", S=" + covers + (x0 > 0 ? " " + operation(x0) : "") + (x1 > 0 ? " " + operation(x1) : "") + ")"
                        : what == What.OPEN ? "(writer " + name(writer) + ", presumes epoch " + presumes + (takesOver ? ", takes over" : "") + ")"
                        : what == What.CLOSE ? "(presumes epoch " + presumes + ")" : "");
            }
        }

        /** The state of the volume; {@code covers} is S, {@code gone} that the host was detached. */
        record State(int epoch, int writer, int covers, boolean gone, int m0, int m1) {}

        record Sent(int slot, Entry entry) {}

        enum Phase { DOWN, STARTED, OPENING, CONFIRM, OWNER, COMMITTING, GIVES_UP, DEADLINE, REPORTS, FAILED }

        /** The host's daemon, or the foreign writer. */
        static final class Daemon implements Cloneable {
            Phase phase = Phase.DOWN;
            int id, tail, slot, presumes, epoch, nonce, covers, cut, blind;
            boolean takesOver;

            Daemon copy() {
                try {
                    return (Daemon) clone();
                } catch (CloneNotSupportedException e) {
                    throw new AssertionError(e);
                }
            }

            void feed(Print p) {
                p.add(phase.ordinal() | id << 4 | tail << 10 | slot << 14 | presumes << 18 | (long) epoch << 22 | (long) nonce << 26 | (long) covers << 36 | (long) cut << 42 | (long) blind << 48 | (takesOver ? 1L << 52 : 0));
            }
        }

        static final int FOREIGN = 8;
        final Rules r;
        Entry[] log;
        List<Sent> bag = List.of();
        Daemon host = new Daemon(), foreign = new Daemon();
        int nextId, nextNonce, crashes, commits, errors, losses, duplicates, pins, foreignCommits, foreignOpens, foreignCloses;
        // the arena: which one, how many operations it has, which of them were freed, the lineage, the mark, the last S that was sent
        int arena, operations, freed, lineage, sentCovers;
        boolean marked;
        // a controller that detaches the host, or closes an epoch
        int cPhase, cSlot, cNonce, cEpoch, cBlind, detaches, closes;
        What cWhat = What.CREATE;
        // what really happened, for the invariants: per epoch the arena that it continues, per arena what it started from and what was acknowledged
        int[] continues, base0, base1, acknowledged;
        boolean detachReported, errorReported;
        String wrong;

        Takeover(Rules r) {
            this.r = r;
            log = new Entry[r.slots + 2];
            continues = new int[r.slots + 2];
            base0 = new int[16];
            base1 = new int[16];
            acknowledged = new int[16];
            log[1] = new Entry(What.CREATE, 0, 0, 0, false, 0, 0, 0, 0);
        }

        Takeover copy() {
            try {
                Takeover v = (Takeover) clone();
                v.log = log.clone();
                v.continues = continues.clone();
                v.base0 = base0.clone();
                v.base1 = base1.clone();
                v.acknowledged = acknowledged.clone();
                v.host = host.copy();
                v.foreign = foreign.copy();
                return v;
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        static String name(int writer) {
            return writer >= FOREIGN ? "F" : "W" + (writer - 1);
        }

        static String operation(int x) {
            return (x >> 4 >= FOREIGN ? "f" : "a" + (x >> 4) + "-") + (x & 15);
        }

        int tail() {
            int t = 1;
            while (log[t + 1] != null) t++;
            return t;
        }

        // ---- apply, with the rules for void records

        boolean isVoid(State s, Entry x) {
            return switch (x.what) {
                case OPEN -> x.presumes != s.epoch && !r.mut("void rule missing: OPEN that presumes another epoch") || s.gone && x.writer < FOREIGN;
                case CLOSE -> x.presumes != s.epoch && !r.mut("void rule missing: CLOSE that presumes another epoch");
                case DETACH -> r.mut("DETACH presumes an epoch, not a node") && x.presumes != s.epoch;
                case COMMIT -> x.presumes != s.epoch && !r.mut("void rule missing: COMMIT of an old epoch");
                case CREATE, PIN -> false;
            };
        }

        State apply(State s, int slot, Entry x) {
            if (isVoid(s, x)) return s;
            boolean keeps = x.takesOver || r.mut("replay after the S of another arena's COMMIT");
            return switch (x.what) {
                case OPEN -> new State(slot, x.writer, keeps ? s.covers : 0, s.gone, s.m0, s.m1);
                case COMMIT -> new State(s.epoch, s.writer, x.covers, s.gone, x.x0 != 0 ? x.x0 : s.m0, x.x1 != 0 ? x.x1 : s.m1);
                case CLOSE -> new State(0, 0, s.covers, s.gone, s.m0, s.m1);
                case DETACH -> s.writer < FOREIGN ? new State(0, 0, s.covers, true, s.m0, s.m1) : new State(s.epoch, s.writer, s.covers, true, s.m0, s.m1);
                case CREATE, PIN -> s;
            };
        }

        State state(int slot) {
            State s = new State(0, 0, 0, false, 0, 0);
            for (int i = 1; i <= slot; i++) s = apply(s, i, log[i]);
            return s;
        }

        // ---- invariants

        /** The last operation up to {@code s} on a block, in the arena {@code a}: what the block must hold then. */
        int expected(int a, int block, int s) {
            int n = (s & 1) == block ? s : s - 1;
            return n >= 1 ? a << 4 | n : block == 0 ? base0[a] : base1[a];
        }

        public String broken() {
            if (wrong != null) return wrong;
            State s = state(tail());
            if (detachReported && s.epoch != 0 && s.writer < FOREIGN) return "(c) a detach was reported but the host owns the volume";
            for (int a = 1; a < acknowledged.length; a++) {
                if (acknowledged[a] == 0) continue;
                int covered = 0;
                for (int i = 2; i <= tail(); i++)
                    if (log[i].what == What.COMMIT && log[i].arena == a && log[i].presumes == state(i - 1).epoch) covered = Math.max(covered, log[i].covers);
                if (covered < acknowledged[a]) return "(a) the flush of operation " + acknowledged[a] + " of arena " + a + " was acknowledged, the log has " + covered;
            }
            return null;
        }

        void check(int slot, State before, Entry x) {
            if (isVoid(before, x)) return;
            State after = state(slot);
            switch (x.what) {
                case OPEN -> {
                    if (before.epoch != x.presumes) wrong = "(h) an OPEN that presumes epoch " + x.presumes + " has ended epoch " + before.epoch;
                    boolean first = true, empty = x.arena == arena && operations == 0 && !x.takesOver;
                    for (int c : continues) if (c == x.arena) first = false;
                    first |= empty;
                    if (first) {
                        base0[x.arena] = before.m0;
                        base1[x.arena] = before.m1;
                    }
                    continues[slot] = first || before.epoch != 0 && continues[before.epoch] == x.arena ? x.arena : 15;
                }
                case CLOSE -> {
                    if (before.epoch != x.presumes) wrong = "(h) a CLOSE that presumes epoch " + x.presumes + " has ended epoch " + before.epoch;
                }
                case COMMIT -> {
                    if (before.epoch != x.presumes) wrong = "(c) a COMMIT of epoch " + x.presumes + " counts in epoch " + before.epoch;
                    else if (continues[x.presumes] != x.arena) wrong = "(k) the successor commits its arena over another owner's epoch";
                    else if (x.arena < FOREIGN && (after.m0 != expected(x.arena, 0, x.covers) || after.m1 != expected(x.arena, 1, x.covers)))
                        wrong = "(b) not a prefix: S=" + x.covers + " but the blocks hold " + operation(after.m0) + " and " + operation(after.m1);
                }
                case CREATE, DETACH, PIN -> { }
            }
        }

        // ---- the network

        void send(int slot, Entry x) {
            List<Sent> l = new ArrayList<>(bag);
            l.add(new Sent(slot, x));
            bag = l;
        }

        boolean waits(Daemon d) {
            return d.phase == Phase.OPENING || d.phase == Phase.COMMITTING;
        }

        boolean awaited(Sent p) {
            return cPhase == 1 && cNonce == p.entry.nonce || waits(host) && host.nonce == p.entry.nonce || waits(foreign) && foreign.nonce == p.entry.nonce;
        }

        Takeover settle() {
            List<Sent> l = new ArrayList<>();
            for (Sent p : bag) if (log[p.slot] == null || awaited(p)) l.add(p);
            l.sort(Comparator.comparingInt(Sent::slot).thenComparingInt(p -> p.entry.nonce));
            bag = l;
            return this;
        }

        boolean land(Sent p) {
            List<Sent> l = new ArrayList<>(bag);
            l.remove(p);
            bag = l;
            if (log[p.slot] != null) return false;
            if (p.slot != tail() + 1) throw new AssertionError("a gap in the log");
            State before = state(p.slot - 1);
            log[p.slot] = p.entry;
            check(p.slot, before, p.entry);
            return true;
        }

        public void steps(Out out) {
            host(out);
            foreign(out);
            controller(out);
            if (pins < r.pins && tail() < r.slots) {
                Takeover v = copy();
                v.pins++;
                v.log[tail() + 1] = new Entry(What.PIN, 0, 0, 0, false, 0, 0, 0, 0);
                out.to("somebody's PIN takes slot " + (tail() + 1), v.settle());
            }
            for (Sent p : bag)
                for (int copies = 0; copies <= (duplicates < r.duplicates && log[p.slot] == null ? 1 : 0); copies++) {
                    boolean waits = awaited(p);
                    for (int lost = waits ? 0 : 1; lost <= (waits && losses >= r.losses ? 0 : 1); lost++) {
                        Takeover v = copy();
                        boolean ok = v.land(p);
                        if (copies == 1) {
                            v.duplicates++;
                            v.send(p.slot, p.entry);
                        }
                        String how = p.entry + (ok ? " lands at slot " : " is refused at slot ") + p.slot + (copies == 1 ? ", a duplicate stays on its way" : "");
                        if (lost == 0) v.answer(p, ok || v.log[p.slot].equals(p.entry), how + (ok ? ", answer 200" : ", answer 412"), out);
                        else {
                            if (waits) {
                                v.losses++;
                                if (copies == 0) v.send(p.slot, p.entry);
                            }
                            out.to(how + (waits ? ", the answer is lost" : ", nobody waits for the answer"), v.settle());
                        }
                    }
                }
        }

        void answer(Sent p, boolean mine, String how, Out out) {
            if (cPhase == 1 && cNonce == p.entry.nonce) {
                if (mine) {
                    cPhase = 2;
                    out.to(how, settle());
                    return;
                }
                if (cBlind < 2 && p.slot < r.slots) {
                    Takeover v = copy();
                    v.cBlind++;
                    v.cSend(p.slot + 1);
                    out.to(how + "; the controller goes on to slot " + (p.slot + 1) + " without reading", v.settle());
                }
                cPhase = 2;
                out.to(how, settle());
                return;
            }
            boolean isHost = waits(host) && host.nonce == p.entry.nonce;
            Daemon d = isHost ? host : foreign;
            if (d.phase == Phase.OPENING) {
                if (!mine && d.blind < 2 && p.slot < r.slots) {
                    Takeover v = copy();
                    Daemon e = isHost ? v.host : v.foreign;
                    e.blind++;
                    v.sendOpen(e, p.slot + 1);
                    out.to(how + "; " + name(d.id) + " goes on to slot " + (p.slot + 1) + " without reading", v.settle());
                }
                d.phase = Phase.CONFIRM;
                if (mine && r.mut("blind OPEN without confirmation")) owner(d, p.slot);
                out.to(how, settle());
                return;
            }
            State now = state(p.slot);
            if (!mine && isHost && r.blindOwner && d.blind < 2 && p.slot < r.slots) {
                Takeover v = copy();
                v.host.blind++;
                v.host.tail = p.slot;
                v.sendCommit(v.host);
                out.to(how + "; " + name(d.id) + " sends its COMMIT to slot " + (p.slot + 1) + " without reading", v.settle());
            }
            if (mine && d.blind > 0 && now.epoch != d.epoch) { // it reads what it has passed before it acknowledges
                d.phase = Phase.GIVES_UP;
                out.to(how + ", void", settle());
                return;
            }
            if (mine) {
                d.blind = 0;
                if (isHost) acknowledged[arena] = Math.max(acknowledged[arena], d.cut);
                d.covers = d.cut;
                d.tail = p.slot;
                d.phase = Phase.OWNER;
            } else if (now.epoch == d.epoch && p.slot < r.slots) {
                d.tail = p.slot;
                sendCommit(d);
            } else d.phase = isHost && now.epoch != d.epoch ? Phase.GIVES_UP : Phase.FAILED;
            out.to(how, settle());
        }

        // ---- the host's daemon

        void sendOpen(Daemon d, int slot) {
            d.slot = slot;
            d.nonce = ++nextNonce;
            d.phase = Phase.OPENING;
            send(slot, new Entry(What.OPEN, d.id, d.nonce, d.presumes, d.takesOver, d == host ? arena : FOREIGN, 0, 0, 0));
        }

        void sendCommit(Daemon d) {
            d.slot = d.tail + 1;
            d.nonce = ++nextNonce;
            d.phase = Phase.COMMITTING;
            if (d == foreign) {
                send(d.slot, new Entry(What.COMMIT, d.id, d.nonce, d.epoch, false, FOREIGN, 0, FOREIGN << 4 | d.cut, 0));
                return;
            }
            int even = (d.cut & 1) == 0 ? d.cut : d.cut - 1, odd = (d.cut & 1) == 1 ? d.cut : d.cut - 1;
            sentCovers = d.cut;
            send(d.slot, new Entry(What.COMMIT, d.id, d.nonce, d.epoch, false, arena, d.cut, even > d.covers ? arena << 4 | even : 0, odd > d.covers ? arena << 4 | odd : 0));
        }

        boolean literal() {
            return r.mut("the gate looks at the last OPEN only (the design as it was written)") || r.mut("replay although another epoch intervened");
        }

        /** The daemon has loaded the log at its tail and holds the arena's lock: take over, start a new arena, or give the old one up. */
        void decide() {
            int t = tail();
            State s = state(t);
            boolean opened = false;
            for (int c : continues) if (c == arena) opened = true;
            boolean ours = s.epoch != 0 && (lineage >> s.writer & 1) != 0;
            host.tail = t;
            host.blind = 0;
            host.presumes = s.epoch;
            if (t >= r.slots) {
                host.phase = Phase.FAILED;
            } else if (arena == 0 || marked || !opened && !ours) {
                boolean fresh = arena == 0 || marked;
                if (s.gone || s.epoch != 0 && s.writer >= FOREIGN || fresh && arena == r.arenas) {
                    host.phase = Phase.FAILED;
                    return;
                }
                if (fresh) {
                    arena++;
                    operations = freed = lineage = sentCovers = 0;
                    marked = errorReported = false;
                }
                lineage |= 1 << host.id;
                host.takesOver = false;
                sendOpen(host, t + 1);
            } else if (ours || literal() && !s.gone && (s.epoch == 0 || s.writer < FOREIGN)) {
                host.takesOver = true;
                if (!r.mut("lineage added after OPEN")) lineage |= 1 << host.id;
                sendOpen(host, t + 1);
            } else host.phase = Phase.GIVES_UP;
        }

        boolean mine(Daemon d) {
            State s = state(tail());
            return s.epoch == d.slot && s.writer == d.id;
        }

        /** The daemon's OPEN is confirmed: it has the state at its OPEN, and replays the arena on top when it takes over. */
        void owner(Daemon d, int slot) {
            State s = state(slot);
            d.phase = Phase.OWNER;
            d.epoch = d.slot;
            d.tail = slot;
            d.covers = s.covers;
            if (d == foreign || !d.takesOver) {
                d.covers = 0;
                return;
            }
            lineage |= 1 << d.id;
            if (r.mut("the gate looks at the last OPEN only (the design as it was written)")) {
                State before = state(d.epoch - 1);
                if (before.epoch == 0 || (lineage >> before.writer & 1) == 0) {
                    d.phase = Phase.GIVES_UP;
                    return;
                }
            }
            int from = r.mut("replay from the arena's start") ? 1 : r.mut("replay after the last COMMIT that was sent") ? sentCovers + 1 : s.covers + 1;
            int[] m = {s.m0, s.m1};
            for (int n = from; n <= operations; n++) if ((freed >> n & 1) == 0) m[n & 1] = arena << 4 | n;
            if (continues[d.epoch] == arena)
                for (int b = 0; b < 2; b++)
                    if (m[b] != expected(arena, b, operations)) wrong = "(i) after the takeover block " + b + " holds " + operation(m[b]) + ", the last answered is " + operation(expected(arena, b, operations));
            if (errorReported) wrong = "(j) a flush error was reported, and the arena is replayed and serves on";
        }

        void host(Out out) {
            Daemon d = host;
            String me = name(d.id) + " ";
            if ((d.phase == Phase.DOWN || d.phase == Phase.FAILED) && nextId <= r.crashes && !(d.phase == Phase.FAILED && nextId == 0)) {
                Takeover v = copy();
                v.host = new Daemon();
                v.host.id = ++v.nextId;
                v.host.phase = Phase.STARTED;
                out.to(name(v.nextId) + " starts and locks the arena", v.settle());
            }
            switch (d.phase) {
                case STARTED -> {
                    Takeover v = copy();
                    v.decide();
                    out.to(me + "loads at " + tail() + (v.host.phase == Phase.GIVES_UP ? ": the epoch is not the lineage's" : v.host.phase == Phase.FAILED ? ": can't open"
                            : v.host.takesOver ? ": adds its id to the lineage, sends OPEN for slot " + v.host.slot : ": new arena " + v.arena + ", sends OPEN for slot " + v.host.slot), v.settle());
                }
                case CONFIRM -> {
                    Takeover v = copy();
                    if (mine(d)) v.owner(v.host, tail());
                    else v.decide();
                    out.to(me + "loads again: " + (v.host.phase == Phase.OWNER ? "it is the owner" + (d.takesOver ? ", replays from " + (v.host.covers + 1) : "")
                            : v.host.phase == Phase.GIVES_UP ? "the epoch is not the lineage's" : "its OPEN is void or refused"), v.settle());
                }
                case OWNER, COMMITTING -> {
                    if (operations < r.writes) {
                        Takeover v = copy();
                        v.operations++;
                        out.to(me + "answers operation " + v.operations, v);
                    }
                    if (d.phase == Phase.OWNER && operations > d.covers && commits < r.commits && d.tail < r.slots) {
                        Takeover v = copy();
                        v.commits++;
                        v.host.cut = operations;
                        v.sendCommit(v.host);
                        out.to(me + "freezes at S=" + operations + ", sends COMMIT for slot " + v.host.slot, v.settle());
                    }
                    int free = d.phase == Phase.COMMITTING && r.mut("room freed when the COMMIT is sent") ? d.cut : d.covers;
                    for (int n = 1; n <= free; n++)
                        if ((freed >> n & 1) == 0) {
                            Takeover v = copy();
                            v.freed |= 1 << n;
                            out.to(me + "frees the room of operation " + n, v);
                        }
                    if (d.phase == Phase.COMMITTING && errors < r.errors) {
                        Takeover v = copy();
                        v.errors++;
                        v.host.phase = r.mut("error reported before the arena is marked") ? Phase.REPORTS : Phase.DEADLINE;
                        out.to(me + "meets its outage deadline", v.settle());
                    }
                }
                case GIVES_UP -> {
                    Takeover v = copy();
                    State s = state(tail());
                    if (s.epoch != 0 && continues[s.epoch] == arena && operations > s.covers) v.wrong = "(i) the arena is given up although nobody else has opened or closed: answered operations are lost";
                    v.marked = true;
                    v.host.phase = Phase.FAILED;
                    out.to(me + "marks the arena: fenced", v);
                }
                case DEADLINE -> {
                    Takeover v = copy();
                    v.marked = true;
                    v.host.phase = v.errorReported ? Phase.FAILED : Phase.REPORTS;
                    out.to(me + "marks the arena: poisoned", v);
                }
                case REPORTS -> {
                    Takeover v = copy();
                    v.errorReported = true;
                    v.host.phase = v.marked ? Phase.FAILED : Phase.DEADLINE;
                    out.to(me + "reports the flush error", v);
                }
                case DOWN, OPENING, FAILED -> { }
            }
            if (d.phase != Phase.DOWN && d.phase != Phase.FAILED && crashes < r.crashes) {
                Takeover v = copy();
                v.crashes++;
                v.host = new Daemon();
                out.to(me + "crashes", v.settle());
            }
        }

        // ---- a writer elsewhere, and a controller

        void foreign(Out out) {
            Daemon d = foreign;
            int t = tail();
            if ((d.phase == Phase.DOWN) && foreignOpens < r.opens && t < r.slots) {
                Takeover v = copy();
                v.foreignOpens++;
                v.foreign.id = FOREIGN;
                v.foreign.presumes = state(t).epoch;
                v.sendOpen(v.foreign, t + 1);
                out.to("F loads at " + t + ", sends OPEN for slot " + (t + 1), v.settle());
            }
            if (d.phase == Phase.CONFIRM) {
                Takeover v = copy();
                boolean owns = mine(d);
                if (owns) v.owner(v.foreign, t);
                else v.foreign.phase = Phase.FAILED;
                out.to("F loads again: " + (owns ? "it is the owner" : "its OPEN is void"), v.settle());
            }
            if (d.phase == Phase.OWNER && foreignCommits < 1 && d.tail < r.slots) {
                Takeover v = copy();
                v.foreignCommits++;
                v.foreign.cut = 1;
                v.sendCommit(v.foreign);
                out.to("F sends COMMIT for slot " + v.foreign.slot, v.settle());
            }
            if (d.phase == Phase.OWNER && foreignCloses < r.foreignCloses && t < r.slots && state(t).epoch == d.epoch) {
                Takeover v = copy();
                v.foreignCloses++;
                v.foreign.phase = Phase.FAILED;
                v.log[t + 1] = new Entry(What.CLOSE, FOREIGN, 0, d.epoch, false, 0, 0, 0, 0);
                out.to("F closes at slot " + (t + 1), v.settle());
            }
        }

        void cSend(int slot) {
            cSlot = slot;
            cNonce = ++nextNonce;
            cPhase = 1;
            send(slot, new Entry(cWhat, 0, cNonce, cEpoch, false, 0, 0, 0, 0));
        }

        void controller(Out out) {
            int t = tail();
            State s = state(t);
            for (What what : new What[] {What.DETACH, What.CLOSE}) {
                if (cPhase != 0 || t >= r.slots || s.epoch == 0 || s.writer >= FOREIGN || (what == What.DETACH ? detaches >= r.detaches : closes >= r.closes)) continue;
                Takeover v = copy();
                if (what == What.DETACH) v.detaches++;
                else v.closes++;
                v.cWhat = what;
                v.cEpoch = s.epoch;
                v.cSend(t + 1);
                out.to("the controller loads at " + t + ", sends " + what + " for slot " + (t + 1), v.settle());
            }
            if (cPhase == 2) {
                Takeover v = copy();
                boolean done = cWhat == What.CLOSE || r.mut("DETACH presumes an epoch, not a node") ? s.epoch != cEpoch : s.gone && (s.epoch == 0 || s.writer >= FOREIGN);
                if (done) {
                    if (cWhat == What.DETACH) v.detachReported = true;
                    v.cPhase = v.cSlot = v.cNonce = v.cEpoch = v.cBlind = 0;
                    out.to("the controller loads again and reports its " + cWhat, v.settle());
                } else if (t < r.slots) {
                    v.cBlind = 0;
                    v.cSend(t + 1);
                    out.to("the controller loads again, sends " + cWhat + " for slot " + (t + 1), v.settle());
                }
            }
        }

        public void feed(Print p) {
            if (wrong != null) p.add(-1);
            for (int i = 2; i < log.length; i++) if (log[i] != null) log[i].feed(p);
            for (Sent x : bag) {
                p.add(1L << 61 | x.slot);
                x.entry.feed(p);
            }
            host.feed(p);
            foreign.feed(p);
            p.add(nextId | nextNonce << 4 | (long) crashes << 12 | (long) commits << 16 | (long) errors << 20 | (long) losses << 24 | (long) duplicates << 28 | (long) pins << 32 | (long) foreignCommits << 36 | (long) foreignOpens << 40 | (long) foreignCloses << 44 | (marked ? 1L << 48 : 0) | (detachReported ? 1L << 49 : 0) | (errorReported ? 1L << 50 : 0));
            p.add(arena | operations << 4 | freed << 8 | (long) lineage << 16 | (long) sentCovers << 28 | (long) cPhase << 32 | (long) cSlot << 36 | (long) cNonce << 40 | (long) cEpoch << 50 | (long) cBlind << 54 | (long) detaches << 56 | (long) closes << 58 | (long) cWhat.ordinal() << 60);
            for (int i = 0; i < 16; i++) p.add(acknowledged[i] | base0[i] << 8 | (long) base1[i] << 20 | (i < continues.length ? (long) continues[i] << 32 : 0));
        }

        public String show() {
            StringBuilder b = new StringBuilder("log:");
            for (int i = 1; i <= tail(); i++) b.append(" [").append(i).append("] ").append(log[i]).append(i > 1 && isVoid(state(i - 1), log[i]) ? " void" : "");
            return b + "; arena " + arena + ": " + operations + " operations, lineage " + Integer.toBinaryString(lineage >> 1) + (marked ? ", marked" : "");
        }
    }

    // ------------------------------------------------------------------ what is run

    interface Bounds {
        void set(Rules r);
    }

    static Rules rules(Bounds b) {
        Rules r = new Rules();
        b.set(r);
        return r;
    }

    static final Map<String, Bounds> VOLUME = new LinkedHashMap<>();

    static {
        VOLUME.put("failover", r -> { r.slots = 7; r.commits = 2; r.closes = 1; });
        VOLUME.put("failover with two-chunk commits and a crash", r -> { r.slots = 6; r.opens = 2; r.commits = 1; r.wide = 2; r.crashes = 1; r.split = true; r.losses = 0; });
        VOLUME.put("pins", r -> { r.slots = 7; r.commits = 3; r.writers = 1; r.pins = 1; r.unpins = 1; });
        VOLUME.put("pins and failover", r -> { r.slots = 6; r.commits = 2; r.pins = 1; r.unpins = 1; r.losses = 0; r.duplicates = 0; });
        VOLUME.put("pin of a pin", r -> { r.slots = 8; r.writers = 1; r.commits = 3; r.pins = 1; r.unpins = 1; r.repins = 1; r.losses = 0; r.duplicates = 0; });
        VOLUME.put("sweep", r -> { r.slots = 6; r.commits = 2; r.sweeps = 1; r.ghosts = 1; r.losses = 0; r.duplicates = 0; r.split = true; });
        VOLUME.put("sweep with a pin", r -> { r.slots = 6; r.commits = 1; r.pins = 1; r.unpins = 1; r.sweeps = 1; r.losses = 0; r.duplicates = 0; });
        VOLUME.put("retire", r -> { r.slots = 6; r.commits = 2; r.retires = 1; r.pins = 1; r.losses = 0; });
        VOLUME.put("blind losers: PIN, UNPIN, CLOSE against an owner that commits", r -> { r.slots = 8; r.commits = 3; r.writers = 1; r.pins = 1; r.unpins = 1; r.closes = 1; r.blind = 2; r.losses = 0; });
        VOLUME.put("blind losers: two OPENs and a CLOSE", r -> { r.slots = 7; r.commits = 2; r.closes = 1; r.blind = 2; r.losses = 0; r.duplicates = 0; });
        VOLUME.put("blind losers: OPEN, PIN and a sweep", r -> { r.slots = 6; r.commits = 1; r.pins = 1; r.sweeps = 1; r.blind = 2; r.losses = 0; r.duplicates = 0; });
        VOLUME.put("blind losers: RETIRE", r -> { r.slots = 6; r.commits = 2; r.retires = 1; r.blind = 2; r.losses = 0; r.duplicates = 0; });
        VOLUME.put("an owner reads its COMMITs later", r -> { r.slots = 6; r.opens = 2; r.commits = 3; r.pins = 1; r.losses = 0; r.duplicates = 0; r.slowLoad = true; });
        VOLUME.put("reader without a pin", r -> { r.slots = 7; r.commits = 3; r.writers = 1; r.readers = 1; r.closes = 1; r.sweeps = 1; });
    }

    static final Map<String, Bounds> TAKEOVER = new LinkedHashMap<>();

    static {
        TAKEOVER.put("takeover: two crashes", r -> { r.slots = 8; r.opens = 0; r.crashes = 2; r.commits = 2; r.writes = 3; r.pins = 1; r.losses = 1; r.duplicates = 1; });
        TAKEOVER.put("takeover: two crashes and a foreign OPEN", r -> { r.slots = 8; r.opens = 1; r.foreignCloses = 1; r.crashes = 2; r.commits = 1; r.writes = 2; r.losses = 0; r.duplicates = 0; });
        TAKEOVER.put("takeover: a crash, a foreign OPEN, another arena", r -> { r.slots = 8; r.opens = 1; r.foreignCloses = 1; r.crashes = 2; r.commits = 2; r.writes = 2; r.arenas = 2; r.losses = 0; r.duplicates = 0; });
        TAKEOVER.put("takeover: two crashes and a force-detach", r -> { r.slots = 7; r.opens = 0; r.detaches = 1; r.crashes = 2; r.commits = 1; r.writes = 2; r.pins = 1; r.losses = 0; r.duplicates = 0; });
        TAKEOVER.put("takeover: a crash, a force-detach, a foreign OPEN", r -> { r.slots = 6; r.opens = 1; r.detaches = 1; r.crashes = 1; r.commits = 1; r.writes = 1; r.losses = 0; r.duplicates = 0; });
        TAKEOVER.put("takeover: two crashes and a CLOSE", r -> { r.slots = 7; r.opens = 0; r.closes = 1; r.crashes = 2; r.commits = 1; r.writes = 2; r.pins = 1; r.arenas = 2; r.losses = 0; r.duplicates = 0; });
        TAKEOVER.put("takeover: two crashes and a flush error", r -> { r.slots = 7; r.opens = 0; r.errors = 1; r.crashes = 2; r.commits = 2; r.writes = 2; r.arenas = 2; r.losses = 0; r.duplicates = 0; });
        TAKEOVER.put("takeover: the owner too goes on without reading", r -> { r.slots = 6; r.opens = 1; r.detaches = 1; r.crashes = 0; r.commits = 1; r.writes = 2; r.pins = 1; r.blindOwner = true; r.losses = 0; r.duplicates = 0; });
    }

    /** Larger bounds, only when asked for by -Dlarge=true: minutes and several GiB of memory each. */
    static final Map<String, Bounds> LARGE = new LinkedHashMap<>();

    static {
        LARGE.put("large: two opens each, a crash", r -> { r.slots = 7; r.opens = 2; r.commits = 2; r.crashes = 1; r.losses = 0; r.duplicates = 0; });
        LARGE.put("large: pin, close, sweep, two writers", r -> { r.slots = 7; r.commits = 2; r.pins = 1; r.closes = 1; r.sweeps = 1; r.losses = 0; r.duplicates = 0; });
    }

    record Mutation(String name, String scenario, Bounds more) {}

    static final List<Mutation> MUTATIONS = List.of(
            new Mutation("no confirmation (the design as it was written): OPEN", "failover", r -> { r.confirm = false; r.slots = 5; r.commits = 3; r.closes = 0; }),
            new Mutation("no confirmation (the design as it was written): PIN", "pins", r -> { r.confirm = false; r.writers = 1; r.commits = 3; }),
            new Mutation("no confirmation (the design as it was written): CLOSE", "failover", r -> { r.confirm = false; r.writers = 1; }),
            new Mutation("control records trimmed too", "failover", r -> { r.slots = 8; r.opens = 1; r.closes = 0; }),
            new Mutation("sweeper deletes the open epoch's", "sweep", r -> { }),
            new Mutation("collector ignores pins", "pins", r -> { }),
            new Mutation("collector deletes before the death is durable", "failover", r -> { }),
            new Mutation("owner acknowledges on time-out", "failover", r -> { }),
            new Mutation("two commits in flight", "failover", r -> { }),
            new Mutation("pin without position check", "pins", r -> { r.commits = 3; r.writers = 1; }),
            new Mutation("pin of a pin that is gone", "pin of a pin", r -> { }),
            new Mutation("reader does not compare ETags", "reader without a pin", r -> { }),
            new Mutation("an owner believes what it reads of slots that may be trimmed", "an owner reads its COMMITs later", r -> { }),
            new Mutation("404 after time-out taken as absence", "failover", r -> { }),
            new Mutation("reaping a retired volume frees its slots", "retire", r -> { r.closes = 1; r.pins = 0; }),
            new Mutation("blind loser without confirmation: PIN", "blind losers: PIN, UNPIN, CLOSE against an owner that commits", r -> { r.confirm = false; r.closes = 0; }),
            new Mutation("blind loser without confirmation: CLOSE", "blind losers: PIN, UNPIN, CLOSE against an owner that commits", r -> { r.confirm = false; r.pins = 0; }),
            new Mutation("blind loser without confirmation: OPEN", "blind losers: two OPENs and a CLOSE", r -> { r.confirm = false; r.closes = 0; }),
            new Mutation("blind OPEN without its void rule", "blind losers: two OPENs and a CLOSE", r -> { }),
            new Mutation("blind CLOSE without its void rule", "blind losers: two OPENs and a CLOSE", r -> { }),
            new Mutation("a blind record carries the state that its sender had loaded", "blind losers: PIN, UNPIN, CLOSE against an owner that commits", r -> { }),
            new Mutation("state folded over every control record from slot 1", "blind losers: PIN, UNPIN, CLOSE against an owner that commits", r -> { }));

    static final List<Mutation> TAKEOVER_MUTATIONS = List.of(
            new Mutation("lineage added after OPEN", "takeover: two crashes", r -> { }),
            new Mutation("the gate looks at the last OPEN only (the design as it was written)", "takeover: two crashes and a foreign OPEN", r -> { }),
            new Mutation("replay although another epoch intervened", "takeover: two crashes and a foreign OPEN", r -> { }),
            new Mutation("replay from the arena's start", "takeover: two crashes", r -> { }),
            new Mutation("replay after the last COMMIT that was sent", "takeover: two crashes", r -> { }),
            new Mutation("replay after the S of another arena's COMMIT", "takeover: a crash, a foreign OPEN, another arena", r -> { r.crashes = 3; r.commits = 1; }),
            new Mutation("room freed when the COMMIT is sent", "takeover: two crashes", r -> { }),
            new Mutation("error reported before the arena is marked", "takeover: two crashes and a flush error", r -> { }),
            new Mutation("blind OPEN without confirmation", "takeover: two crashes and a foreign OPEN", r -> { }),
            new Mutation("void rule missing: OPEN that presumes another epoch", "takeover: two crashes and a foreign OPEN", r -> { }),
            new Mutation("void rule missing: CLOSE that presumes another epoch", "takeover: two crashes and a CLOSE", r -> { }),
            new Mutation("void rule missing: COMMIT of an old epoch", "takeover: the owner too goes on without reading", r -> { }),
            new Mutation("DETACH presumes an epoch, not a node", "takeover: two crashes and a force-detach", r -> { }));

    static final List<String> GROUP_MUTATIONS = List.of("PIN before every HOLD is in", "PIN without looking for its HOLD", "owner commits on past a HOLD",
            "owner goes on when RELEASE is sent, not landed", "commit after RELEASE without re-check");

    public static void main(String[] args) {
        String only = args.length > 0 ? args[0] : "";
        int max = Integer.getInteger("max", 6_000_000);
        boolean good = true;
        for (var e : VOLUME.entrySet()) {
            if (!e.getKey().contains(only)) continue;
            Rules r = rules(e.getValue());
            good &= report(e.getKey(), search(new Volume(r), max), false);
        }
        if (Boolean.getBoolean("large"))
            for (var e : LARGE.entrySet()) if (e.getKey().contains(only)) good &= report(e.getKey(), search(new Volume(rules(e.getValue())), max), false);
        for (var e : TAKEOVER.entrySet())
            if (e.getKey().contains(only)) good &= report(e.getKey(), search(new Takeover(rules(e.getValue())), max), false);
        if ("group snapshot".contains(only)) good &= report("group snapshot", search(new Group(4, 2, ""), max), false);
        for (Mutation m : MUTATIONS) {
            if (!m.name.contains(only) ) continue;
            Rules r = rules(VOLUME.get(m.scenario));
            r.mutation = m.name;
            m.more.set(r);
            good &= report(m.name, search(new Volume(r), max), true);
        }
        for (Mutation m : TAKEOVER_MUTATIONS) {
            if (!m.name.contains(only)) continue;
            Rules r = rules(TAKEOVER.get(m.scenario));
            r.mutation = m.name;
            m.more.set(r);
            good &= report(m.name, search(new Takeover(r), max), true);
        }
        for (String m : GROUP_MUTATIONS) if (m.contains(only)) good &= report(m, search(new Group(4, 2, m), max), true);
        System.out.println(good ? "As expected." : "NOT as expected.");
        System.exit(good ? 0 : 1);
    }

    /** What a run that holds must have met somewhere to be worth anything. */
    static final List<String> INTERESTING = List.of("trimmed slot", "duplicate stays", "duplicate of data", "answer is lost", "nobody waits", "refused", "crashes", "404", "newer checkpoint",
            "W0 deletes what is dead", "W1 deletes what is dead", "S deletes", "S trims", "the group snapshot fails", "sends RELEASE");

    static boolean report(String name, Result x, boolean mustBreak) {
        System.out.printf("%-7s %-62s %,10d states, depth %2d, %6.1f s%s%n", x.broken == null ? "holds" : mustBreak ? "caught" : "BROKEN", name, x.states, x.depth, x.seconds,
                x.broken == null && !x.whole ? " (bound reached, not exhausted)" : "");
        if (x.broken == null) {
            List<String> met = new ArrayList<>(INTERESTING);
            met.removeIf(k -> x.steps.stream().noneMatch(s -> s.contains(k)));
            System.out.println("        met: " + String.join("; ", met));
        } else {
            System.out.println("        " + x.broken);
            int i = 1;
            for (String s : x.trace) System.out.printf("        %2d. %s%n", i++, s);
            System.out.println("        " + x.last);
        }
        System.out.flush();
        return (x.broken != null) == mustBreak;
    }
}
