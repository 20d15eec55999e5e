package io.firehole.console.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Reply;
import io.firehole.console.live.PoolView;
import io.firehole.filters.AccountFacts;
import io.firehole.filters.Base58;
import io.firehole.filters.FilterKind;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.TransactionFacts;
import io.firehole.pool.RecentTransaction;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.Message;
import io.firehole.wire.proto.storage.Transaction;
import io.firehole.wire.proto.storage.TransactionError;
import io.firehole.wire.proto.storage.TransactionStatusMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Something of which somebody wants to know who would receive it. Immutable. */
sealed interface FilterQuestion {

    /** What a question may say. */
    List<String> FIELDS = List.of("signature", "account", "owner", "mentions", "vote", "failed");

    /** How one is asked, for people. */
    String HOW =
            "POST one of {signature}, a transaction received lately; {account, owner}, an account or the program that owns"
                    + " it; {mentions, vote, failed}, the accounts that a transaction names. Keys and signatures are base58.";

    /** Accounts that a transaction may name in a question. */
    int MENTIONS_MAX = 64;

    int KEY_BYTES = 32;

    int SIGNATURE_BYTES = 64;

    /** The longest base58 text of so many bytes. */
    int BASE58_CHARS_MAX = 88;

    /**
     * What one filter says.
     *
     * @param kind in which map of the request it stands
     * @param objection why not; empty if it passes
     */
    record Answer(String kind, String name, Optional<String> objection) {
        boolean passes() {
            return objection.isEmpty();
        }
    }

    /** What kind of question it is. */
    String kind();

    /** Says what it is about. */
    void describe(ObjectNode data);

    /** Whether filters can be asked. */
    default boolean isAnswerable() {
        return true;
    }

    /** What each filter of a request says that looks at such a thing. */
    List<Answer> ask(SubscribeRequest request);

    /**
     * The question that somebody asks.
     *
     * @throws BadQueryException if it is none, or two in one
     */
    static FilterQuestion of(JsonNode document, PoolView pool) throws BadQueryException {
        Optional<String> signature = FilterTestResource.text(document, "signature");
        Optional<String> account = FilterTestResource.text(document, "account");
        Optional<String> owner = FilterTestResource.text(document, "owner");
        boolean mentions = document.has("mentions");
        boolean ofAccount = account.isPresent() || owner.isPresent();
        if ((signature.isPresent() ? 1 : 0) + (ofAccount ? 1 : 0) + (mentions ? 1 : 0) != 1) {
            throw new BadQueryException(HOW);
        }
        if (!mentions && (document.has("vote") || document.has("failed"))) {
            throw new BadQueryException("vote and failed belong to mentions");
        }
        if (signature.isPresent()) {
            ByteString bytes = bytes("signature", signature.get(), SIGNATURE_BYTES);
            return new OfSignature(signature.get(), pool.recent(bytes));
        }
        return ofAccount ? OfAccount.of(account, owner) : OfMentions.of(document);
    }

    private static ByteString bytes(String field, String text, int length) throws BadQueryException {
        byte[] bytes = {};
        if (text.length() <= BASE58_CHARS_MAX) {
            try {
                bytes = Base58.decode(text);
            } catch (IllegalArgumentException noBase58) {
                // said below
            }
        }
        if (bytes.length != length) {
            throw new BadQueryException(
                    field + " must be " + length + " bytes in base58, was \"" + Reply.shortened(text) + "\"");
        }
        return ByteString.copyFrom(bytes);
    }

    private static FilterSet compiled(SubscribeRequest request) {
        try {
            return FilterSet.compile(request, FilterLimits.UNLIMITED);
        } catch (InvalidFilterException neverTaken) {
            throw new IllegalStateException("a request that was taken breaks a rule", neverTaken);
        }
    }

    private static List<Answer> verdicts(SubscribeRequest request, TransactionFacts facts) {
        return compiled(request).verdicts(facts).stream()
                .map(verdict -> new Answer(verdict.kind().fieldName(), verdict.name(), verdict.objection()))
                .toList();
    }

    /** A transaction that was received lately, or was not. */
    record OfSignature(String signature, Optional<RecentTransaction> found) implements FilterQuestion {
        @Override
        public String kind() {
            return "signature";
        }

        @Override
        public void describe(ObjectNode data) {
            data.put("signature", signature).put("received", found.isPresent());
            if (found.isPresent()) {
                data.put("slot", found.get().slot());
            } else {
                data.putNull("slot");
            }
        }

        @Override
        public boolean isAnswerable() {
            return found.isPresent();
        }

        @Override
        public List<Answer> ask(SubscribeRequest request) {
            return verdicts(request, found.orElseThrow().facts());
        }
    }

    /** An account by its key, its owner, or both. Of its data and lamports nothing is known. */
    record OfAccount(Optional<String> account, Optional<String> owner, SubscribeUpdateAccountInfo info)
            implements FilterQuestion {

        static OfAccount of(Optional<String> account, Optional<String> owner) throws BadQueryException {
            SubscribeUpdateAccountInfo.Builder info = SubscribeUpdateAccountInfo.newBuilder()
                    .setTxnSignature(ByteString.copyFrom(new byte[SIGNATURE_BYTES]));
            if (account.isPresent()) {
                info.setPubkey(bytes("account", account.get(), KEY_BYTES));
            }
            if (owner.isPresent()) {
                info.setOwner(bytes("owner", owner.get(), KEY_BYTES));
            }
            return new OfAccount(account, owner, info.build());
        }

        @Override
        public String kind() {
            return "account";
        }

        @Override
        public void describe(ObjectNode data) {
            data.put("account", account.orElse(null)).put("owner", owner.orElse(null));
        }

        @Override
        public List<Answer> ask(SubscribeRequest request) {
            AccountFacts facts = AccountFacts.of(info);
            List<String> strict = compiled(request).accounts(facts);
            List<String> byKeys = compiled(withoutState(request)).accounts(facts);
            List<Answer> answers = new ArrayList<>();
            for (String name : request.getAccountsMap().keySet()) {
                Optional<String> objection = strict.contains(name)
                        ? Optional.empty()
                        : Optional.of(
                                byKeys.contains(name)
                                        ? "key and owner fit; it depends on the account's data or lamports, which are not"
                                                + " known here"
                                        : "neither the key nor the owner is among those it asks for");
                answers.add(new Answer(FilterKind.ACCOUNTS.fieldName(), name, objection));
            }
            return answers;
        }

        /** The same, but for conditions on what an account holds. */
        private static SubscribeRequest withoutState(SubscribeRequest request) {
            SubscribeRequest.Builder loose = SubscribeRequest.newBuilder();
            for (Map.Entry<String, SubscribeRequestFilterAccounts> filter :
                    request.getAccountsMap().entrySet()) {
                loose.putAccounts(
                        filter.getKey(),
                        filter.getValue().toBuilder().clearFilters().build());
            }
            return loose.build();
        }
    }

    /** A transaction that names these accounts. */
    record OfMentions(List<String> mentions, boolean vote, boolean failed, TransactionFacts facts)
            implements FilterQuestion {

        static OfMentions of(JsonNode document) throws BadQueryException {
            JsonNode listed = document.get("mentions");
            if (!listed.isArray() || listed.isEmpty() || listed.size() > MENTIONS_MAX) {
                throw new BadQueryException("mentions must be a list of 1 to " + MENTIONS_MAX + " keys in base58");
            }
            List<String> mentions = new ArrayList<>();
            Message.Builder message = Message.newBuilder();
            for (JsonNode one : listed) {
                String text = one.isTextual() ? one.textValue() : one.toString();
                message.addAccountKeys(bytes("mentions", text, KEY_BYTES));
                mentions.add(text);
            }
            boolean vote = flag(document, "vote");
            boolean failed = flag(document, "failed");
            TransactionStatusMeta.Builder meta = TransactionStatusMeta.newBuilder();
            if (failed) {
                meta.setErr(TransactionError.getDefaultInstance());
            }
            SubscribeUpdateTransactionInfo info = SubscribeUpdateTransactionInfo.newBuilder()
                    .setSignature(ByteString.copyFrom(new byte[SIGNATURE_BYTES]))
                    .setIsVote(vote)
                    .setTransaction(Transaction.newBuilder().setMessage(message))
                    .setMeta(meta)
                    .build();
            return new OfMentions(mentions, vote, failed, TransactionFacts.of(info));
        }

        private static boolean flag(JsonNode document, String field) throws BadQueryException {
            JsonNode value = document.get(field);
            if (value != null && !value.isBoolean()) {
                throw new BadQueryException(field + " must be true or false");
            }
            return value != null && value.booleanValue();
        }

        @Override
        public String kind() {
            return "mentions";
        }

        @Override
        public void describe(ObjectNode data) {
            mentions.forEach(data.putArray("mentions")::add);
            data.put("vote", vote).put("failed", failed);
        }

        @Override
        public List<Answer> ask(SubscribeRequest request) {
            return verdicts(request, facts);
        }
    }
}
