package io.firehole.console.live;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.pool.Group;
import io.firehole.pool.PoolStats;
import io.firehole.pool.PoolStats.ConnectionStats;
import io.firehole.pool.PoolStats.MonitorStats;
import io.firehole.pool.PoolStats.StreamStats;

/** Connections, streams and monitors one by one, as the realtime document and the lists of the API show them. */
public final class LiveRows {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private LiveRows() {}

    /** One connection. */
    public static ObjectNode connection(ConnectionStats one, Sample sample) {
        ObjectNode node = JSON.objectNode()
                .put("id", one.id())
                .put("group", one.group().map(Group::word).orElse(null))
                .put("state", LiveDocument.word(one.state()))
                .put("health", one.healthy() ? "healthy" : "unhealthy")
                .put("uptime", LiveDocument.millis(one.uptimeNanos()))
                .put("streams", one.streams().size())
                .put("monitors", one.monitors())
                .put("messages", one.updates())
                .put("bytes", one.bytes())
                .put("errors", one.failures())
                .put("lastError", one.lastError());
        node.setAll(sample.ofConnection(one.id()).shown());
        return node;
    }

    /** One stream of the provider. */
    public static ObjectNode stream(StreamStats one, Sample sample) {
        ObjectNode node = JSON.objectNode()
                .put("id", one.id())
                .put("connection", one.connectionId())
                .put("group", one.group().word())
                .put("description", one.description())
                .put("open", one.open())
                .put("filters", one.labels())
                .put("lingering", one.lingering())
                .put("monitors", one.monitors())
                .put("messages", one.updates())
                .put("bytes", one.bytes());
        if (one.lastSealedSlot().isPresent()) {
            node.put("lastSlot", one.lastSealedSlot().getAsLong());
        } else {
            node.putNull("lastSlot");
        }
        node.put("reopened", one.reopened()).put("lastError", one.lastError());
        node.setAll(sample.ofStream(one.id()).shown());
        return node;
    }

    /** One stream of a monitor; its rates and latencies are those of all its streams together. */
    public static ObjectNode monitor(MonitorStats one, Sample sample) {
        ObjectNode node = JSON.objectNode()
                .put("id", one.id())
                .put("group", one.group().word())
                .put("created", sample.timeOf(one.openedNanos()).toEpochMilli())
                .put("connection", one.connectionId())
                .put("stream", one.streamId())
                .put("filters", one.filters())
                .put("active", one.active());
        if (one.activeFromSlot().isPresent()) {
            node.put("activeFromSlot", one.activeFromSlot().getAsLong());
        } else {
            node.putNull("activeFromSlot");
        }
        node.put("updates", one.updates())
                .put("bytes", one.bytes())
                .put("waiting", one.waiting())
                .put("waitingBytes", one.waitingBytes());
        PoolStats.Lag lag = one.lag();
        if (lag.slots().isPresent()) {
            node.put("lagSlots", lag.slots().getAsLong());
        } else {
            node.putNull("lagSlots");
        }
        node.put("policy", lag.policy().word())
                .put("dropped", lag.dropped())
                .put("conflated", lag.conflated())
                .put("onDisk", lag.stored())
                .put("onDiskBytes", lag.storedBytes());
        put(node, sample.figuresOf(one.id()));
        node.put("suggestedGroup", one.suggestedGroup().word());
        node.setAll(sample.ofMonitor(one.id()).shown());
        return node;
    }

    /** Of all streams of a monitor together, those that are gone included; latencies in milliseconds, of its last busy second. */
    private static void put(ObjectNode node, MonitorFigures figures) {
        node.put("messages", figures.messages())
                .put("errors", figures.errors())
                .put("reconnects", figures.reconnects());
        if (figures.lastMessage().isPresent()) {
            node.put("lastMessage", figures.lastMessage().get().toEpochMilli());
        } else {
            node.putNull("lastMessage");
        }
        node.put("avgLatency", micros(figures.latencies() == 0 ? 0 : figures.latencyMicros() / figures.latencies()))
                .put("p50Latency", micros(figures.lastSecond().p50Micros()))
                .put("p99Latency", micros(figures.lastSecond().p99Micros()))
                .put("maxLatency", micros(figures.lastSecond().maxMicros()));
    }

    private static double micros(long micros) {
        return Math.round(micros / 10.0) / 100.0;
    }
}
