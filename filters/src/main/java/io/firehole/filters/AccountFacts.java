package io.firehole.filters;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import org.jspecify.annotations.Nullable;

/** What filters ask of an account update. Immutable. */
public final class AccountFacts {

    private final @Nullable PublicKey pubkey;
    private final @Nullable PublicKey owner;
    private final long lamports;
    private final ByteString data;
    private final boolean hasTxnSignature;

    private AccountFacts(SubscribeUpdateAccountInfo account) {
        this.pubkey = PublicKey.ofOrNull(account.getPubkey());
        this.owner = PublicKey.ofOrNull(account.getOwner());
        this.lamports = account.getLamports();
        this.data = account.getData();
        this.hasTxnSignature = account.hasTxnSignature();
    }

    /** The facts of that update, whose data must be whole: filters look at them before they are cut into slices. */
    public static AccountFacts of(SubscribeUpdateAccountInfo account) {
        return new AccountFacts(account);
    }

    /** Null if the update has no key of 32 bytes, which no list contains. */
    @Nullable
    PublicKey pubkey() {
        return pubkey;
    }

    /** Null if the update has no owner of 32 bytes, which no list contains. */
    @Nullable
    PublicKey owner() {
        return owner;
    }

    /** Unsigned. */
    long lamports() {
        return lamports;
    }

    ByteString data() {
        return data;
    }

    boolean hasTxnSignature() {
        return hasTxnSignature;
    }
}
