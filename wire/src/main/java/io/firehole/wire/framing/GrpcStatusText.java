package io.firehole.wire.framing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The text of a status as {@code grpc-message} carries it: UTF-8, with {@code %XX} for what is not printable ASCII and for
 * the percent sign itself. Nothing else is escaped, since some clients show the header as it is.
 */
public final class GrpcStatusText {

    /**
     * The most bytes of encoded text: what does not fit is cut off. Clients refuse headers that are too large, some from
     * 8 KiB in all, and then the status is lost as well.
     */
    public static final int ENCODED_BYTES_MAX = 4 << 10;

    private static final String CUT = "...";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private GrpcStatusText() {}

    /** The header's value for a text; cut at a whole character, and marked with dots, if it is too long. */
    public static String encode(String text) {
        StringBuilder encoded = new StringBuilder(Math.min(text.length() + 16, ENCODED_BYTES_MAX));
        int lastThatFits = 0;
        int[] codePoints = text.codePoints().limit(ENCODED_BYTES_MAX + 1L).toArray();
        for (int codePoint : codePoints) {
            appendEncoded(codePoint, encoded);
            if (encoded.length() > ENCODED_BYTES_MAX) {
                encoded.setLength(lastThatFits);
                return encoded.append(CUT).toString();
            }
            if (encoded.length() <= ENCODED_BYTES_MAX - CUT.length()) {
                lastThatFits = encoded.length();
            }
        }
        return encoded.toString();
    }

    /** The text of a header's value. Never fails: an escape that is none stands for itself, as gRPC asks. */
    public static String decode(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return encoded;
        }
        byte[] bytes = encoded.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream text = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%'
                    && i + 2 < bytes.length
                    && HexFormat.isHexDigit(bytes[i + 1])
                    && HexFormat.isHexDigit(bytes[i + 2])) {
                text.write(HexFormat.fromHexDigit(bytes[i + 1]) << 4 | HexFormat.fromHexDigit(bytes[i + 2]));
                i += 2;
            } else {
                text.write(bytes[i]);
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private static void appendEncoded(int codePoint, StringBuilder encoded) {
        if (codePoint >= ' ' && codePoint <= '~' && codePoint != '%') {
            encoded.append((char) codePoint);
            return;
        }
        for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
            HEX.toHexDigits(encoded.append('%'), b);
        }
    }
}
