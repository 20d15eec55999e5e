package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.PoolView;
import io.firehole.filters.Base58;
import io.firehole.filters.FilterVerdict;
import io.firehole.pool.TransactionExplanation;
import java.util.Optional;
import java.util.Set;

/** Whether one monitor would have got one transaction, by which of its filters, and what kept it from the others. */
public final class TransactionResource implements Resource {

    private static final int SIGNATURE_BYTES = 64;

    /** The longest base58 text of a signature. */
    private static final int SIGNATURE_CHARS_MAX = 88;

    private final PoolView pool;

    public TransactionResource(PoolView pool) {
        this.pool = pool;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("signature");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        String text = query.text("signature")
                .orElseThrow(() -> new BadQueryException("signature is missing: that of a transaction, in base58"));
        ByteString signature = signature(text);
        Optional<TransactionExplanation> explained = pool.explain(query.part("id"), signature);
        return explained.isEmpty()
                ? MonitorResource.unknown(pool, query.part("id"))
                : Reply.data(shown(explained.get(), text));
    }

    private static ByteString signature(String text) throws BadQueryException {
        byte[] bytes = {};
        if (text.length() <= SIGNATURE_CHARS_MAX) {
            try {
                bytes = Base58.decode(text);
            } catch (IllegalArgumentException noBase58) {
                // said below
            }
        }
        if (bytes.length != SIGNATURE_BYTES) {
            throw new BadQueryException(
                    "signature must be " + SIGNATURE_BYTES + " bytes in base58, was \"" + Reply.shortened(text) + "\"");
        }
        return ByteString.copyFrom(bytes);
    }

    private static ObjectNode shown(TransactionExplanation explained, String signature) {
        ObjectNode data = Reply.JSON
                .objectNode()
                .put("id", explained.monitorId())
                .put("signature", signature)
                .put("received", explained.slot().isPresent());
        MonitorsResource.put(data, "slot", explained.slot());
        ArrayNode streams = data.putArray("streams");
        for (TransactionExplanation.Stream stream : explained.streams()) {
            ObjectNode node =
                    streams.addObject().put("stream", stream.streamId()).put("passes", stream.passes());
            ArrayNode verdicts = node.putArray("filters");
            for (FilterVerdict verdict : stream.verdicts()) {
                verdicts.addObject()
                        .put("kind", verdict.kind().fieldName())
                        .put("name", verdict.name())
                        .put("passes", verdict.passes())
                        .put("objection", verdict.objection().orElse(null));
            }
            node.put("caveat", stream.caveat().orElse(null));
        }
        TransactionExplanation.Memory memory = explained.memory();
        ObjectNode remembered = data.putObject("memory")
                .put("transactions", memory.transactions())
                .put("bytes", memory.bytes())
                .put("bytesMax", memory.bytesMax());
        MonitorsResource.put(remembered, "oldestSlot", memory.oldestSlot());
        return data;
    }
}
