package io.firehole.pool.budget.ledger;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Whose attempts a ledger holds, as a name that files and databases can carry: {@code my.provider_443.token.1f2e3d4c5b6a}.
 *
 * <p>Who has the same endpoint, scope and secret comes to the same name, on every machine. The end is a keyed hash of all
 * three: too short to find a secret by, and if two secrets should meet in one name, both connect less than they may.
 *
 * @param text the name; up to {@value #LENGTH_MAX} letters, digits, dots, dashes and underscores
 */
public record LedgerName(String text) {

    /** Room is left for what a file system's limit of 255 has to hold besides. */
    static final int LENGTH_MAX = 200;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0," + (LENGTH_MAX - 1) + "}");
    private static final Pattern OTHERS = Pattern.compile("[^a-z0-9.-]");
    private static final int HOST_MAX = 100;
    private static final int HASH_BYTES = 6;
    private static final String HASH = "HmacSHA256";

    public LedgerName {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("a ledger's name has up to " + LENGTH_MAX
                    + " lower-case letters, digits, dots, dashes and underscores, was \"" + text + "\"");
        }
    }

    /**
     * For all who connect to that endpoint and share an allowance of that scope.
     *
     * @param host as it is configured, in any case
     * @param scope which allowance, such as {@code token} or {@code endpoint}
     * @param secret what those who share it have in common, usually the access token; empty if that is the endpoint alone
     */
    public static LedgerName of(String host, int port, String scope, String secret) {
        String place = host.toLowerCase(Locale.ROOT) + ":" + port;
        String shown = OTHERS.matcher(host.toLowerCase(Locale.ROOT)).replaceAll("_");
        String start = shown.substring(0, Math.min(HOST_MAX, shown.length()));
        // An address such as [::1] would begin with an underscore.
        String letterFirst = start.isEmpty() || !Character.isLetterOrDigit(start.charAt(0)) ? "h" + start : start;
        return new LedgerName(letterFirst + "_" + port + "." + scope + "." + hash(place + " " + scope, secret));
    }

    private static String hash(String key, String secret) {
        try {
            Mac mac = Mac.getInstance(HASH);
            mac.init(new SecretKeySpec(("firehole ledger of " + key).getBytes(StandardCharsets.UTF_8), HASH));
            byte[] whole = mac.doFinal(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(whole, 0, HASH_BYTES);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has " + HASH, e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
