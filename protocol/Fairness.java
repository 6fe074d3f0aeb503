import java.util.*;

/**
 * A simulation of the fairness rule (docs/rfcs/0001-format-and-protocol.md): an owner commits back to back, a contender appends one
 * control record (a PIN or a DETACH) and confirms it. Time is virtual; {@code java Fairness.java [seed]}.
 *
 * <p>A request takes 20-30 ms, one in a hundred 200-600 ms; it takes effect in the bucket at a uniform moment between. The owner
 * leaves a gap after every {@code run} COMMITs in a row, as a multiple of its own median commit time.
 */
public class Fairness {
    enum Way { STEP_AND_READ, RELOAD_BY_LIST, BLIND }

    /** {@code gap}: in commit times; 0: none. */
    record Rule(int run, double gap) {
        public String toString() {
            return gap == 0 ? "no gap" : "gap " + gap + " after " + run;
        }
    }

    record Outcome(double seconds, int puts) {}

    static final double LIMIT_MS = 60_000;

    /** The owner's side of the bucket: the moments at which slots are filled. */
    static final class Owner {
        final Random random;
        final Rule rule;
        double sends, lands, answers;
        long slot, commits;
        int inRow;

        Owner(Random random, Rule rule) {
            this.random = random;
            this.rule = rule;
            next(0);
        }

        void next(double from) {
            double took = request(random);
            sends = from;
            lands = from + took * random.nextDouble(0.3, 0.7);
            answers = from + took;
        }

        /** Lets the owner run until {@code now}: all its COMMITs that land before are in the log. */
        void until(double now, boolean[] landed) {
            while (true) {
                if (!landed[0]) {
                    if (lands > now) return;
                    slot++;
                    landed[0] = true;
                }
                if (answers > now) return;
                commits++;
                landed[0] = false;
                double pause = 0;
                if (rule.gap > 0 && ++inRow >= rule.run) {
                    inRow = 0;
                    pause = rule.gap * 25;
                }
                next(answers + pause);
            }
        }

        /** A foreign record took the slot of the COMMIT in flight: refused, the owner reads the slot and sends again. */
        void loses() {
            next(answers + request(random));
        }
    }

    static double request(Random r) {
        return r.nextInt(100) == 0 ? r.nextDouble(200, 600) : r.nextDouble(20, 30);
    }

    static Outcome append(long seed, Way way, Rule rule, int reloadEvery, double slower) {
        Random random = new Random(seed);
        Owner owner = new Owner(random, rule);
        boolean[] landed = {false};
        double now = random.nextDouble(500, 3000), start = now;
        int puts = 0, blind = 0;
        long known = 0;
        boolean load = true;
        while (now - start < LIMIT_MS) {
            if (load) { // a LIST: it shows what has landed at a moment between
                double took = slower * request(random);
                owner.until(now + took * random.nextDouble(0.3, 0.7), landed);
                known = owner.slot;
                now += took;
                load = false;
                blind = 0;
                if (way != Way.BLIND || puts == 0) { // GET of the last record
                    now += slower * request(random);
                }
            }
            double took = slower * request(random), at = now + took * random.nextDouble(0.3, 0.7);
            owner.until(at, landed);
            puts++;
            now += took;
            if (owner.slot == known) {
                owner.slot++;
                if (!landed[0] && owner.sends <= at) owner.loses();
                now += slower * request(random); // confirming: a LIST
                return new Outcome((now - start) / 1000, puts);
            }
            known++;
            switch (way) {
                case STEP_AND_READ -> now += slower * request(random);
                case RELOAD_BY_LIST -> load = true;
                case BLIND -> load = ++blind >= reloadEvery;
            }
        }
        return new Outcome(LIMIT_MS / 1000, puts);
    }

    static double throughput(long seed, Rule rule) {
        Owner owner = new Owner(new Random(seed), rule);
        owner.until(600_000, new boolean[1]);
        return owner.commits / 600.0;
    }

    public static void main(String[] args) {
        long seed = args.length > 0 ? Long.parseLong(args[0]) : 1;
        int tries = 2000;
        double best = throughput(seed, new Rule(1, 0));
        System.out.printf("seed %d, %d tries each; the owner alone: %.1f commits/s%n", seed, tries, best);
        System.out.println("| contender | owner | median s | p99 s | within 5 s | puts, mean | commits lost |\n|---|---|---|---|---|---|---|");
        List<Rule> rules = List.of(new Rule(1, 0), new Rule(32, 1.5), new Rule(32, 2.5), new Rule(32, 3.5), new Rule(32, 5), new Rule(16, 3.5), new Rule(64, 3.5), new Rule(128, 3.5));
        for (Way way : Way.values())
            for (Rule rule : rules) line(seed, tries, best, way, rule, 4, 1);
        System.out.println("\nBlind, by how often it loads again, beside the owner and with requests twice and four times as slow:\n");
        System.out.println("| loads again after | contender | owner | median s | p99 s | within 5 s | puts, mean | commits lost |\n|---|---|---|---|---|---|---|---|");
        for (double slower : new double[] {1, 2, 4})
            for (Rule rule : List.of(new Rule(1, 0), new Rule(32, 3.5), new Rule(64, 5), new Rule(128, 10)))
                for (int every : new int[] {1, 2, 8, 1000}) {
                    System.out.printf("| %d tries, requests x%.0f ", every, slower);
                    line(seed, tries, best, Way.BLIND, rule, every, slower);
                }
    }

    static void line(long seed, int tries, double best, Way way, Rule rule, int reloadEvery, double slower) {
        double[] t = new double[tries];
        long puts = 0, soon = 0;
        for (int i = 0; i < tries; i++) {
            Outcome o = append(seed * 1_000_003 + i, way, rule, reloadEvery, slower);
            t[i] = o.seconds;
            puts += o.puts;
            if (o.seconds <= 5) soon++;
        }
        Arrays.sort(t);
        System.out.printf("| %s | %s | %s | %s | %.1f %% | %.0f | %.1f %% |%n", way.name().toLowerCase().replace('_', ' '), rule, seconds(t[tries / 2]), seconds(t[tries * 99 / 100]),
                100.0 * soon / tries, (double) puts / tries, 100 * (1 - throughput(seed, rule) / best));
    }

    static String seconds(double s) {
        return s >= LIMIT_MS / 1000 ? "> 60" : String.format("%.2f", s);
    }
}
