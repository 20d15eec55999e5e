package io.firehole.simulator.control;

import io.firehole.simulator.rules.ConnectLedger;
import io.firehole.simulator.server.ProviderServer;
import io.firehole.simulator.server.Traffic;
import io.firehole.wire.UpdateKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes the report from the server's counters. Any thread. */
public final class Reporter {

    private final ProviderServer server;

    public Reporter(ProviderServer server) {
        this.server = server;
    }

    /** What the provider saw until now. */
    public Report report() {
        ConnectLedger connects = server.connects();
        Traffic traffic = server.traffic();
        Map<String, Long> sent = new TreeMap<>();
        for (UpdateKind kind : UpdateKind.values()) {
            long count = traffic.sent(kind);
            if (count > 0) {
                sent.put(kind.name().toLowerCase(Locale.ROOT), count);
            }
        }
        List<Report.Connect> listed = connects.connects().stream()
                .map(connect -> new Report.Connect(
                        connect.at(), connect.id(), connect.outcome().text()))
                .toList();
        return new Report(
                listed,
                connects.worstWindow(),
                connects.refused(),
                connects.open(),
                server.openStreams(),
                traffic.requests(),
                sent,
                traffic.sentBytes(),
                traffic.laggedStreams(),
                server.refusals().byRule());
    }
}
