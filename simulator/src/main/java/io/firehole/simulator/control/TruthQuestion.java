package io.firehole.simulator.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.firehole.filters.tally.Tally;
import io.firehole.simulator.truth.Truth;
import io.firehole.simulator.truth.TruthAnswer;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Answers {@code POST /truth}: {@code {"request": {...}, "commitment": "CONFIRMED", "from": 1, "to": 2}}. Any thread. */
public final class TruthQuestion {

    private static final Set<String> KEYS = Set.of("request", "commitment", "from", "to", "replayable");

    private final Truth truth;

    public TruthQuestion(Truth truth) {
        this.truth = truth;
    }

    /**
     * Answers one question.
     *
     * @throws IllegalArgumentException if it is none; the message names what is wrong and what is allowed
     */
    Answer answer(JsonNode question) {
        if (!question.isObject()) {
            throw new IllegalArgumentException(
                    "a question is an object like {\"request\": {\"slots\": {\"all\": {}}}, \"from\": 1, \"to\": 2}");
        }
        for (Iterator<String> names = question.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!KEYS.contains(name)) {
                throw new IllegalArgumentException(
                        "unknown key \"" + name + "\"; known are request, commitment, from, to, replayable");
            }
        }
        SubscribeRequest request = request(question.get("request"));
        JsonNode replayable = question.path("replayable");
        if (!replayable.isMissingNode() && !replayable.isBoolean()) {
            throw new IllegalArgumentException("\"replayable\" must be true or false, was " + replayable);
        }
        TruthAnswer answer = truth.expected(
                request,
                commitment(question.path("commitment"), request),
                slot(question, "from"),
                slot(question, "to"),
                replayable.asBoolean());
        return switch (answer) {
            case TruthAnswer.Known known -> Answer.ok(counts(known));
            case TruthAnswer.NotFinal open ->
                new Answer(
                        409,
                        Map.of(
                                "error",
                                "slot " + open.to() + " is not final yet; for this request slots up to "
                                        + open.finalTo() + " are",
                                "finalTo",
                                open.finalTo()));
            case TruthAnswer.Refused refused -> Answer.badRequest(refused.reason());
        };
    }

    private static SubscribeRequest request(JsonNode json) {
        if (json == null || !json.isObject()) {
            throw new IllegalArgumentException("\"request\" must be a SubscribeRequest in JSON");
        }
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        try {
            JsonFormat.parser().merge(json.toString(), request);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("\"request\" is no SubscribeRequest: " + e.getMessage(), e);
        }
        return request.build();
    }

    private static CommitmentLevel commitment(JsonNode json, SubscribeRequest request) {
        if (json.isMissingNode() || json.isNull()) {
            return request.getCommitment();
        }
        CommitmentLevel level = null;
        if (json.isTextual()) {
            level = switch (json.asText()) {
                case "PROCESSED" -> CommitmentLevel.PROCESSED;
                case "CONFIRMED" -> CommitmentLevel.CONFIRMED;
                case "FINALIZED" -> CommitmentLevel.FINALIZED;
                default -> null;
            };
        } else if (json.isInt()) {
            level = CommitmentLevel.forNumber(json.asInt());
        }
        if (level == null) {
            throw new IllegalArgumentException("\"commitment\" must be PROCESSED, CONFIRMED or FINALIZED, was " + json);
        }
        return level;
    }

    private static long slot(JsonNode question, String key) {
        JsonNode slot = question.path(key);
        try {
            if (slot.isIntegralNumber() && slot.canConvertToLong() && slot.asLong() >= 0) {
                return slot.asLong();
            }
            if (slot.isTextual()) {
                return Long.parseUnsignedLong(slot.asText());
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + key + "\" must be a slot number, was " + slot, e);
        }
        throw new IllegalArgumentException(
                "\"" + key + "\" must be a slot number, was " + (slot.isMissingNode() ? "missing" : slot));
    }

    /** The kinds under the names of the request's maps. */
    private static Map<String, Map<String, Count>> counts(TruthAnswer.Known known) {
        Map<String, Map<String, Count>> counts = new TreeMap<>();
        known.tallies().forEach((kind, tallies) -> {
            Map<String, Count> byName = new TreeMap<>();
            tallies.forEach((name, tally) -> byName.put(name, Count.of(tally)));
            counts.put(requestMap(kind), byName);
        });
        return counts;
    }

    private static String requestMap(UpdateKind kind) {
        return switch (kind) {
            case ACCOUNT -> "accounts";
            case SLOT -> "slots";
            case TRANSACTION -> "transactions";
            case TRANSACTION_STATUS -> "transactions_status";
            case BLOCK -> "blocks";
            case BLOCK_META -> "blocks_meta";
            case ENTRY -> "entry";
            case PING, PONG, UNKNOWN -> throw new IllegalArgumentException("no filter gives " + kind);
        };
    }

    /** How many updates, and the hash of their identifiers. */
    record Count(int count, String sha256) {
        static Count of(Tally tally) {
            return new Count(tally.count(), tally.sha256());
        }
    }
}
