package io.firehole.filters;

import java.util.HexFormat;

/** Bytes as the tests write them. */
final class HexText {

    private HexText() {}

    static String of(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
