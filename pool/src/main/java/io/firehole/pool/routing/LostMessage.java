package io.firehole.pool.routing;

import io.firehole.wire.proto.CommitmentLevel;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What monitors missed with a message that could not be read. Immutable.
 *
 * @param monitors for whom it was by the names that could be read, else all whom its call serves
 * @param firstSlot the first slot of which it can have been: the one behind the last seal
 * @param highestSlot the highest slot seen until then
 * @param inProgress the slot of which content had come, but not the seal; empty if there was none
 * @param why it could not be read, without its content
 */
public record LostMessage(Set<String> monitors, long firstSlot, long highestSlot, OptionalLong inProgress, String why) {

    public LostMessage {
        monitors = Set.copyOf(monitors);
    }

    /** Both as one. */
    LostMessage and(LostMessage other) {
        Set<String> all = new LinkedHashSet<>(monitors);
        all.addAll(other.monitors);
        OptionalLong newest = inProgress.isEmpty() || other.inProgress.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(inProgress.getAsLong(), other.inProgress.getAsLong()));
        return new LostMessage(
                all, Math.min(firstSlot, other.firstSlot), Math.max(highestSlot, other.highestSlot), newest, other.why);
    }

    /**
     * The last slot of which it can have been. Above processed the content of a slot comes at one go, seal and all, so it was
     * of the slot in progress if there was one.
     */
    public long lastSlot(CommitmentLevel level) {
        long last = level == CommitmentLevel.PROCESSED ? highestSlot : inProgress.orElse(highestSlot);
        return Math.max(firstSlot, last);
    }
}
