package io.firehole.console.live;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the provider charges for what it sends.
 *
 * @param perGigabyte for 1,000,000,000 bytes, as providers count
 * @param currency as people write it, such as {@code USD}
 */
public record Price(BigDecimal perGigabyte, String currency) {

    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,6})?) ?([A-Za-z]{2,8})/(GB|TB)");

    private static final BigDecimal GIGABYTE = BigDecimal.valueOf(1_000_000_000);

    public Price {
        Objects.requireNonNull(currency, "currency");
        if (perGigabyte.signum() < 0) {
            throw new IllegalArgumentException("a price must not be negative, was " + perGigabyte);
        }
    }

    /**
     * The price written so: {@code 0.08 USD/GB}, {@code 20 EUR/TB}, or {@code 3 credits/GB}.
     *
     * @throws IllegalArgumentException if it is written otherwise
     */
    public static Price parse(String text) {
        Matcher matcher = WRITTEN.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("must be a price of data, as in 0.08 USD/GB or 20 EUR/TB");
        }
        BigDecimal amount = new BigDecimal(matcher.group(1));
        boolean terabyte = matcher.group(3).equals("TB");
        return new Price(terabyte ? amount.movePointLeft(3) : amount, matcher.group(2));
    }

    /** What so many bytes cost, to the hundredth. */
    BigDecimal of(long bytes) {
        return perGigabyte.multiply(BigDecimal.valueOf(bytes)).divide(GIGABYTE, 2, RoundingMode.HALF_UP);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return perGigabyte.stripTrailingZeros().toPlainString() + " " + currency + "/GB";
    }
}
