package io.firehole.filters;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilterLamports;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilterMemcmp;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The {@code filters} of an accounts filter: conditions on lamports and data, all of which must hold. */
record AccountState(List<Condition> conditions) {

    private static final int CONDITIONS_MAX = 4;
    private static final int MEMCMP_BYTES_MAX = 128;
    private static final int MEMCMP_BASE58_CHARS_MAX = 175;
    private static final int MEMCMP_BASE64_CHARS_MAX = 172;

    /** The length of a plain SPL token account. */
    private static final int TOKEN_ACCOUNT_BYTES = 165;

    /** The length of a multisig, which a Token-2022 account therefore never has. */
    private static final int MULTISIG_BYTES = 355;

    /** Where the state of a token account stands; 0 is uninitialised. */
    private static final int TOKEN_STATE_AT = 108;

    /** What byte 165 says in a Token-2022 account with extensions. */
    private static final int ACCOUNT_TYPE_ACCOUNT = 2;

    static AccountState compile(List<SubscribeRequestFilterAccountsFilter> filters) throws InvalidFilterException {
        if (filters.size() > CONDITIONS_MAX) {
            throw InvalidFilterException.because("Too many filters provided; max " + CONDITIONS_MAX)
                    .in("filters");
        }
        List<Condition> conditions = new ArrayList<>(filters.size());
        for (int i = 0; i < filters.size(); i++) {
            try {
                Condition condition = condition(filters.get(i));
                if (condition instanceof DataSize && conditions.stream().anyMatch(DataSize.class::isInstance)) {
                    throw InvalidFilterException.because("datasize used more than once");
                }
                conditions.add(condition);
            } catch (InvalidFilterException e) {
                throw e.in("filters[" + i + "]");
            }
        }
        return new AccountState(List.copyOf(conditions));
    }

    private static Condition condition(SubscribeRequestFilterAccountsFilter filter) throws InvalidFilterException {
        return switch (filter.getFilterCase()) {
            case MEMCMP -> new Memcmp(filter.getMemcmp().getOffset(), data(filter.getMemcmp()));
            case DATASIZE -> new DataSize(filter.getDatasize());
            case TOKEN_ACCOUNT_STATE -> {
                if (!filter.getTokenAccountState()) {
                    throw InvalidFilterException.because("token_account_state only allowed to be true");
                }
                yield new TokenAccount();
            }
            case LAMPORTS -> lamports(filter.getLamports());
            case FILTER_NOT_SET -> throw InvalidFilterException.because("filter should be defined");
        };
    }

    private static ByteString data(SubscribeRequestFilterAccountsFilterMemcmp memcmp) throws InvalidFilterException {
        ByteString data = switch (memcmp.getDataCase()) {
            case BYTES -> memcmp.getBytes();
            case BASE58 -> base58(memcmp.getBase58());
            case BASE64 -> base64(memcmp.getBase64());
            case DATA_NOT_SET -> throw InvalidFilterException.because("data for memcmp should be defined");
        };
        if (data.size() > MEMCMP_BYTES_MAX) {
            throw InvalidFilterException.because("data too large");
        }
        return data;
    }

    private static ByteString base58(String text) throws InvalidFilterException {
        if (LimitCheck.utf8Bytes(text) > MEMCMP_BASE58_CHARS_MAX) {
            throw InvalidFilterException.because("data too large");
        }
        byte[] data = Base58.decodeOrNull(text);
        if (data == null) {
            throw InvalidFilterException.because("invalid base58");
        }
        return ByteString.copyFrom(data);
    }

    private static ByteString base64(String text) throws InvalidFilterException {
        if (LimitCheck.utf8Bytes(text) > MEMCMP_BASE64_CHARS_MAX) {
            throw InvalidFilterException.because("data too large");
        }
        byte[] data;
        try {
            data = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw InvalidFilterException.because("invalid base64");
        }
        // Java takes texts without padding or with stray bits in the last digit; the reference does not.
        if (!Base64.getEncoder().encodeToString(data).equals(text)) {
            throw InvalidFilterException.because("invalid base64");
        }
        return ByteString.copyFrom(data);
    }

    private static Condition lamports(SubscribeRequestFilterAccountsFilterLamports lamports)
            throws InvalidFilterException {
        return switch (lamports.getCmpCase()) {
            case EQ -> new Lamports(Comparison.EQ, lamports.getEq());
            case NE -> new Lamports(Comparison.NE, lamports.getNe());
            case LT -> new Lamports(Comparison.LT, lamports.getLt());
            case GT -> new Lamports(Comparison.GT, lamports.getGt());
            case CMP_NOT_SET -> throw InvalidFilterException.because("cmp for lamports should be defined");
        };
    }

    boolean matches(long lamports, ByteString data) {
        for (Condition condition : conditions) {
            if (!condition.holds(lamports, data)) {
                return false;
            }
        }
        return true;
    }

    /** One condition on an account's lamports (unsigned) or its whole data. */
    sealed interface Condition {
        boolean holds(long lamports, ByteString data);
    }

    /** The data have these bytes at that offset (unsigned); an account too short for it does not match. */
    record Memcmp(long offset, ByteString bytes) implements Condition {
        @Override
        public boolean holds(long lamports, ByteString data) {
            if (Long.compareUnsigned(offset, data.size()) > 0 || data.size() - offset < bytes.size()) {
                return false;
            }
            int at = (int) offset;
            for (int i = 0; i < bytes.size(); i++) {
                if (data.byteAt(at + i) != bytes.byteAt(i)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The data have exactly this length (unsigned). */
    record DataSize(long bytes) implements Condition {
        @Override
        public boolean holds(long lamports, ByteString data) {
            return data.size() == bytes;
        }
    }

    /** The data look like an initialised token account. */
    record TokenAccount() implements Condition {
        @Override
        public boolean holds(long lamports, ByteString data) {
            int size = data.size();
            if (size < TOKEN_ACCOUNT_BYTES || data.byteAt(TOKEN_STATE_AT) == 0) {
                return false;
            }
            return size == TOKEN_ACCOUNT_BYTES
                    || (size != MULTISIG_BYTES && data.byteAt(TOKEN_ACCOUNT_BYTES) == ACCOUNT_TYPE_ACCOUNT);
        }
    }

    /** How an account's lamports stand to a filter's. */
    enum Comparison {
        EQ,
        NE,
        LT,
        GT
    }

    /** The lamports stand so to this value (unsigned). */
    record Lamports(Comparison comparison, long value) implements Condition {
        @Override
        public boolean holds(long lamports, ByteString data) {
            int order = Long.compareUnsigned(lamports, value);
            return switch (comparison) {
                case EQ -> order == 0;
                case NE -> order != 0;
                case LT -> order < 0;
                case GT -> order > 0;
            };
        }
    }
}
