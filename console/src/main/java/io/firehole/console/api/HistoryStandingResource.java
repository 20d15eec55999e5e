package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.HistoryStanding;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Whether figures of the past are kept, and what came of it. */
public final class HistoryStandingResource implements Resource {

    private final Optional<MetricsHistory> history;

    /** @param history empty where nothing is kept */
    public HistoryStandingResource(Optional<MetricsHistory> history) {
        this.history = history;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        ObjectNode data = Reply.JSON.objectNode().put("kept", history.isPresent());
        history.map(MetricsHistory::standing).ifPresent(standing -> put(data, standing));
        return Reply.data(data);
    }

    private static void put(ObjectNode data, HistoryStanding standing) {
        data.put("healthy", standing.isWell())
                .put("life", standing.life())
                .put("file", standing.file())
                .put("waiting", standing.waiting())
                .put("written", standing.written());
        ObjectNode dropped = data.putObject("dropped");
        standing.dropped().forEach(dropped::put);
        data.put("trouble", standing.trouble().orElse(null));
        if (standing.database().isEmpty()) {
            data.putNull("database");
            return;
        }
        HistoryStanding.Database database = standing.database().get();
        ObjectNode node = data.putObject("database")
                .put("place", database.place())
                .put("edition", database.edition().orElse(null))
                .put("unsentSeconds", database.unsentSeconds())
                .put(
                        "oldestUnsent",
                        database.oldestUnsent().map(Instant::toString).orElse(null))
                .put("sent", database.sent())
                .put("alreadyThere", database.alreadyThere())
                .put("trouble", database.trouble().orElse(null));
        database.remarks().forEach(node.putArray("remarks")::add);
    }
}
