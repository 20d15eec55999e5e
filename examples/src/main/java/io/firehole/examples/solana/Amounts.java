package io.firehole.examples.solana;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** On-chain integers as a trader writes them. */
public final class Amounts {

    private static final int SOL_DECIMALS = 9;
    private static final MathContext PRICE_DIGITS = new MathContext(4, RoundingMode.HALF_EVEN);

    private Amounts() {}

    /** Lamports as SOL with three places, as in {@code 1.666 SOL}. */
    public static String sol(long lamports) {
        return scaled(lamports, SOL_DECIMALS)
                        .setScale(3, RoundingMode.HALF_EVEN)
                        .toPlainString() + " SOL";
    }

    /** A token amount as whole tokens with thousands marked. */
    public static String tokens(long raw, int decimals) {
        return "%,d"
                .formatted(scaled(raw, decimals)
                        .setScale(0, RoundingMode.HALF_EVEN)
                        .toBigInteger());
    }

    /** SOL for one token, from two raw reserves; "no price" where there are no tokens. */
    public static String price(long lamports, long rawTokens, int decimals) {
        BigDecimal tokens = scaled(rawTokens, decimals);
        if (tokens.signum() == 0) {
            return "no price";
        }
        return scaled(lamports, SOL_DECIMALS).divide(tokens, PRICE_DIGITS).toPlainString() + " SOL";
    }

    /** The first and last characters of a long base58 text. */
    public static String shortened(String base58) {
        return base58.length() <= 12 ? base58 : base58.substring(0, 6) + "…" + base58.substring(base58.length() - 4);
    }

    private static BigDecimal scaled(long raw, int decimals) {
        return new BigDecimal(new BigInteger(Long.toUnsignedString(raw)), decimals);
    }
}
