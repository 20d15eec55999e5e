package io.firehole.simulator.rules;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The secret that clients put into {@code x-token}. It shows itself to nobody. */
public final class AccessToken {

    private final byte[] secret;

    public AccessToken(String secret) {
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("the token must not be empty");
        }
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the client sent the same; takes as long for a wrong one as for the right one. */
    public boolean matches(CharSequence sent) {
        return MessageDigest.isEqual(secret, sent.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "AccessToken[hidden]";
    }
}
