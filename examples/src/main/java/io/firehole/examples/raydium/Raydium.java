package io.firehole.examples.raydium;

import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;

/** The addresses of Raydium's automated market maker, version 4. */
final class Raydium {

    /** The program. */
    static final String PROGRAM = "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8";

    /** Owns the vaults of every pool. */
    static final String AUTHORITY = "5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1";

    /** SOL as a token. */
    static final String WRAPPED_SOL = "So11111111111111111111111111111111111111112";

    static final ByteString PROGRAM_KEY = ByteString.copyFrom(Base58.decode(PROGRAM));

    private Raydium() {}
}
