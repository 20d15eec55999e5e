package io.firehole.pool.routing;

import io.firehole.pool.time.NanoClock;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SlotStatus;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The router of a call that several monitors share: by label. */
public final class LabelRouter extends Router {

    private static final int EXPECTED_AT_ONCE = 16;

    /** The newest table. Written by the control thread. */
    private volatile RoutingTable offered;

    private RoutingTable table;

    // Scratch for the update at hand, kept so that routing allocates nothing but deliveries.
    private long turn;
    private Route[] routes = new Route[EXPECTED_AT_ONCE];
    private int routeCount;
    private Recipient[] recipients = new Recipient[EXPECTED_AT_ONCE];
    private int recipientCount;
    private final Payload payload = new Payload();

    public LabelRouter(NanoClock clock, Events events, RoutingTable table) {
        this(clock, events, table, null);
    }

    /** @param gate lets through what is missing, on a call that is a replay */
    public LabelRouter(NanoClock clock, Events events, RoutingTable table, @Nullable ReplayGate gate) {
        super(clock, events, gate);
        this.offered = table;
        this.table = table;
    }

    /** Replaces the table before the next update. Control thread. */
    public void use(RoutingTable next) {
        offered = next;
    }

    @Override
    void route(RawUpdate update) {
        RoutingTable newest = offered;
        if (newest != table) {
            table = newest;
            if (begin()) {
                tellProgress();
            }
        }
        turn++;
        routeCount = 0;
        boolean internal = false;
        boolean slot = false;
        int proved = 0;
        byte[] buffer = update.buffer();
        for (int i = 0; i < update.filterCount(); i++) {
            long label = LabelText.read(buffer, update.filterOffset(i), update.filterLength(i));
            if (label == LabelText.FOREIGN) {
                continue;
            }
            if (!LabelText.isInternal(label)) {
                proved = Math.max(proved, matched((int) label));
                continue;
            }
            internal = true;
            proved = Math.max(proved, LabelText.request(label));
            if (LabelText.isSeal(label)) {
                sealSeen(update);
            } else {
                slot = update.kind() == UpdateKind.SLOT;
            }
        }
        if (inEffect(proved)) {
            begin();
            tellProgress();
        }
        if (slot) {
            slotSeen(update);
            settle(update.slot(), update.status());
        }
        if (internal) {
            serveInternally(update.kind() == UpdateKind.SLOT ? table.byEpoch : table.bySeal);
        }
        int delivered = update.kind() == UpdateKind.BLOCK ? deliverEachName(update) : deliverOnce(update);
        if (delivered == 0 && !internal) {
            counts().wasUnrouted();
        }
    }

    @Override
    void concernedBy(byte[] message, long newestSlot, Set<String> monitors) {
        RoutingTable present = offered;
        List<Long> labels = LeadingNames.labels(message);
        if (labels.isEmpty()) {
            present.routes().forEach(route -> route.addMonitors(newestSlot, monitors));
        }
        for (long label : labels) {
            Route route = present.routeOf(label);
            if (route != null) {
                route.addMonitors(newestSlot, monitors);
            }
        }
    }

    /** Notes a label of the update at hand; gives the request that is known to be in effect by it. */
    private int matched(int label) {
        Route route = table.route(label);
        if (route == null || route.turn == turn) {
            return 0;
        }
        route.turn = turn;
        add(route);
        return route.since;
    }

    /** What came for an internal filter serves others, too, where the provider allows no filter besides it. */
    private void serveInternally(@Nullable Route route) {
        if (route != null && route.since <= requestInEffect() && route.turn != turn) {
            route.turn = turn;
            add(route);
        }
    }

    private void add(Route route) {
        if (routeCount == routes.length) {
            routes = Arrays.copyOf(routes, routeCount * 2);
        }
        routes[routeCount++] = route;
    }

    /** One delivery for each monitor, with all its names whose filters matched. */
    private int deliverOnce(RawUpdate update) {
        recipientCount = 0;
        for (int i = 0; i < routeCount; i++) {
            Route route = routes[i];
            if (route.match == null) {
                gather(route.targets);
            } else {
                sort(update, route, route.match);
            }
        }
        int delivered = 0;
        for (int i = 0; i < recipientCount; i++) {
            Recipient recipient = recipients[i];
            if (!recipient.isOver()) {
                recipient.take(update, recipient.names, update.tail(), update.tailOffset(), update.tailLength());
                delivered++;
            }
        }
        return delivered;
    }

    /** Finds out for whom an update is that came for a union. */
    private void sort(RawUpdate update, Route route, LocalMatch match) {
        List<String> matching = match.matching(update, payload);
        if (payload.isUnreadable(update)) {
            Set<String> monitors = new LinkedHashSet<>();
            if (isReplay()) {
                route.addAllMonitors(monitors);
            } else {
                route.addMonitors(update.slot(), monitors);
            }
            unmatched(update, monitors);
            return;
        }
        for (String filter : matching) {
            gather(route.targets(filter));
        }
        UnionCounts counts = route.counts;
        if (counts != null) {
            counts.came(!matching.isEmpty());
        }
    }

    private void gather(Target[] targets) {
        int request = requestInEffect();
        for (Target target : targets) {
            if (target.isServedAt(request)) {
                gather(target);
            }
        }
    }

    private void gather(Target target) {
        Recipient recipient = target.term.recipient();
        if (recipient.turn == turn) {
            recipient.names = Target.joined(recipient.names, target.names);
            return;
        }
        recipient.turn = turn;
        recipient.names = target.names;
        if (recipientCount == recipients.length) {
            recipients = Arrays.copyOf(recipients, recipientCount * 2);
        }
        recipients[recipientCount++] = recipient;
    }

    /** Blocks come once per name, since their content depends on the filter: one delivery for each name. */
    private int deliverEachName(RawUpdate update) {
        int request = requestInEffect();
        int delivered = 0;
        for (int i = 0; i < routeCount; i++) {
            if (!admitsBlock(update, routes[i].filter)) {
                continue;
            }
            for (Target target : routes[i].targets) {
                Recipient recipient = target.term.recipient();
                if (target.isServedAt(request) && !recipient.isOver()) {
                    for (byte[] name : target.eachName) {
                        recipient.take(update, name, update.tail(), update.tailOffset(), update.tailLength());
                        delivered++;
                    }
                }
            }
        }
        return delivered;
    }

    private boolean begin() {
        return table.begin(requestInEffect(), slots());
    }

    private void settle(long slot, SlotStatus status) {
        for (Term term : table.openTerms()) {
            if (!term.isSettled()) {
                term.onSlot(slot, status);
                if (term.isSettled()) {
                    foundWholeSlot(term);
                }
            }
        }
    }
}
