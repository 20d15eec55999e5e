package io.firehole.pool.transport.grpc;

/** What the provider knows us by. It goes into a header of every call and nowhere else: {@code toString} hides it. */
public final class AccessToken {

    private final String value;

    private AccessToken(String value) {
        this.value = value;
    }

    /**
     * A token as the provider gave it.
     *
     * @throws IllegalArgumentException if it is empty or has a character that no header can carry; the message does not
     *     show it
     */
    public static AccessToken of(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("the access token is empty");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c > '~') {
                throw new IllegalArgumentException(
                        "the access token has a blank or a character that is not ASCII at place " + (i + 1) + " of "
                                + value.length());
            }
        }
        return new AccessToken(value);
    }

    /** The secret itself, for the header. */
    String value() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AccessToken token && token.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "AccessToken[hidden]";
    }
}
