package io.firehole.pool;

import java.time.Duration;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how often each monitor receives, and moves those whose rate fits another group, one in each turn, if the pool's
 * rules say so. Monitors that wait to be moved for another reason get their next try here. Control thread.
 */
final class GroupWatch {

    /** How often it looks. */
    static final Duration TICK = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(GroupWatch.class);

    private final PoolContext pool;
    private final Placement placement;

    GroupWatch(PoolContext pool, Placement placement) {
        this.pool = pool;
        this.placement = placement;
    }

    void start() {
        pool.loop().after(TICK.toNanos(), this::look);
    }

    private void look() {
        GroupRates rules = pool.config().groupRates();
        long now = pool.now();
        for (Member member : placement.members()) {
            member.measure(now, rules);
            if (member.isToBeRelocated()) {
                member.relocate();
            }
        }
        if (pool.config().automaticGroups()) {
            Predicate<Member> due = member -> member.fitsElsewhere(now, rules);
            placement.members().stream().filter(due).findFirst().ifPresent(member -> move(member, rules));
        }
        start();
    }

    private void move(Member member, GroupRates rules) {
        Group before = member.group();
        Group group = member.rate().suggested();
        String why = "from " + before.word() + " to " + group.word() + ": "
                + rules.reason(group, member.rate().perSecond()) + ", for "
                + rules.steadyFor().toSeconds() + " s";
        log.info("Monitor {} moves {}", member.id(), why);
        pool.tally().event("group", member.id(), "moved " + why);
        member.movesByRate(group, pool.now());
    }
}
