package io.firehole.simulation;

import io.firehole.simulation.FaultStory.Nature;
import io.firehole.simulation.Story.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Finds what of a story with troubles matters: leaves out, or shortens, whatever can be while it still fails. */
final class SmallerFaultStory {

    private static final int TRIES_MAX = 400;

    private final Predicate<FaultStory> fails;
    private FaultStory smallest;
    private int tries;

    private SmallerFaultStory(FaultStory story, Predicate<FaultStory> fails) {
        this.smallest = story;
        this.fails = fails;
    }

    /** A story as small as can be found that fails like this one. */
    static FaultStory of(FaultStory failing, Predicate<FaultStory> fails) {
        SmallerFaultStory search = new SmallerFaultStory(failing, fails);
        boolean smaller = true;
        while (smaller) {
            smaller = search.withoutParts();
            smaller |= search.withoutTroubles();
            smaller |= search.withShorterTroubles();
            smaller |= search.withAPlainProvider();
            smaller |= search.withLessAsked();
        }
        return search.smallest;
    }

    private boolean isSmaller(FaultStory candidate) {
        if (!candidate.equals(smallest) && tries++ < TRIES_MAX && fails.test(candidate)) {
            smallest = candidate;
            return true;
        }
        return false;
    }

    private boolean withoutParts() {
        boolean any = false;
        for (int at = smallest.parts().size() - 1; at >= 0; at--) {
            List<Part> parts = new ArrayList<>(smallest.parts());
            parts.remove(at);
            any |= isSmaller(smallest.withParts(parts));
        }
        return any;
    }

    private boolean withoutTroubles() {
        boolean any = false;
        for (int at = smallest.troubles().size() - 1; at >= 0; at--) {
            List<Trouble> troubles = new ArrayList<>(smallest.troubles());
            troubles.remove(at);
            any |= isSmaller(smallest.withTroubles(troubles));
        }
        return any;
    }

    private boolean withShorterTroubles() {
        boolean any = false;
        for (int at = 0; at < smallest.troubles().size(); at++) {
            int lasts = smallest.troubles().get(at).forMillis();
            if (lasts > 1) {
                List<Trouble> troubles = new ArrayList<>(smallest.troubles());
                troubles.set(at, troubles.get(at).lasting(lasts / 2));
                any |= isSmaller(smallest.withTroubles(troubles));
            }
        }
        return any;
    }

    private boolean withAPlainProvider() {
        boolean any = isSmallerWith(as -> new Nature(
                as.replaySlots(), 0, as.lookMillisMax(), as.replaySlotMillis(), as.busyMillisMax(), as.connects()));
        any |= isSmallerWith(as -> new Nature(
                as.replaySlots(), as.skipEvery(), 0, as.replaySlotMillis(), as.busyMillisMax(), as.connects()));
        any |= isSmallerWith(as ->
                new Nature(as.replaySlots(), as.skipEvery(), as.lookMillisMax(), 0, as.busyMillisMax(), as.connects()));
        any |= isSmallerWith(as -> new Nature(
                as.replaySlots(), as.skipEvery(), as.lookMillisMax(), as.replaySlotMillis(), 0, as.connects()));
        any |= isSmallerWith(as -> new Nature(
                150, as.skipEvery(), as.lookMillisMax(), as.replaySlotMillis(), as.busyMillisMax(), as.connects()));
        return any;
    }

    private boolean isSmallerWith(UnaryOperator<Nature> simpler) {
        return isSmaller(smallest.with(simpler.apply(smallest.provider())));
    }

    /** By the same means as where nothing goes wrong. */
    private boolean withLessAsked() {
        FaultStory before = smallest;
        Story less = SmallerStory.of(
                smallest.peaceful(),
                candidate -> tries++ < TRIES_MAX && fails.test(before.withParts(candidate.parts())));
        if (less.parts().equals(before.parts())) {
            return false;
        }
        smallest = before.withParts(less.parts());
        return true;
    }
}
