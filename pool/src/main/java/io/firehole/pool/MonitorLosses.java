package io.firehole.pool;

import io.firehole.pool.mailbox.Loss;
import io.firehole.pool.time.Timers.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What monitors lose because they read too slowly and their policy drops updates: each loss is an event, and a {@link Gap} from
 * the first to the last slot of which something was dropped. Control thread.
 *
 * <p>A monitor that loses something goes on losing for a while: what it loses within {@link #TOLD_AFTER} is told as one.
 */
final class MonitorLosses {

    /** How long losses are gathered before they are told. */
    static final Duration TOLD_AFTER = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(MonitorLosses.class);

    private final PoolContext pool;
    private final Map<Member, Loss> untold = new HashMap<>();
    private long sinceNanos;
    private long told;
    private @Nullable Timer timer;

    MonitorLosses(PoolContext pool) {
        this.pool = pool;
    }

    /** Takes note of what its mailbox dropped. */
    void look(Member member) {
        Loss loss = member.stream().takeLoss();
        if (loss.updates() > 0) {
            untold.merge(member, loss, Loss::and);
            if (timer == null) {
                sinceNanos = pool.now();
                timer = pool.loop().after(TOLD_AFTER.toNanos(), this::tellAll);
            }
        }
    }

    /** It leaves: what it lost is told now. */
    void left(Member member) {
        look(member);
        Loss loss = untold.remove(member);
        if (loss != null) {
            tell(member, loss);
        }
    }

    /** How often a loss was told. */
    long told() {
        return told;
    }

    private void tellAll() {
        timer = null;
        List.copyOf(untold.keySet()).forEach(this::look);
        Map<Member, Loss> now = Map.copyOf(untold);
        untold.clear();
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        now.forEach(this::tell);
    }

    private void tell(Member member, Loss loss) {
        told++;
        boolean inSlots = loss.firstSlot().isPresent() && loss.lastSlot().isPresent();
        String slots = inSlots
                ? "of slots " + loss.firstSlot().getAsLong() + " to "
                        + loss.lastSlot().getAsLong()
                : "of no slot";
        String text = "It reads too slowly, so the " + loss.updates()
                + " oldest updates that waited for it were dropped, " + slots;
        log.warn("Monitor {}: {}", member.id(), text);
        pool.tally().event("slow-monitor", member.id(), text);
        if (inSlots) {
            member.missed(new GapLog.Hole(
                    member.commitment(),
                    loss.firstSlot().getAsLong(),
                    loss.lastSlot().getAsLong(),
                    Gap.Cause.SLOW_MONITOR,
                    loss.updates() + " updates were dropped",
                    sinceNanos));
        }
    }
}
