package io.firehole.console.access;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decides who a caller is. Any thread; never blocks. */
public final class Access {

    /** Under this name a browser keeps its session. */
    public static final String COOKIE = "firehole_session";

    private final @Nullable ConsoleTokens tokens;
    private final Sessions sessions;
    private final WrongTokens wrongTokens;
    private final Consumer<String> told;

    private Access(@Nullable ConsoleTokens tokens, InstantSource clock, Consumer<String> told) {
        this.tokens = tokens;
        this.sessions = new Sessions(clock);
        this.wrongTokens = new WrongTokens(clock);
        this.told = told;
    }

    /**
     * One that knows these callers.
     *
     * @param tokens empty for none: then everybody is {@link Caller#LOCAL}
     * @param told of what somebody may want to know, in one sentence
     */
    public static Access of(Optional<ConsoleTokens> tokens, InstantSource clock, Consumer<String> told) {
        return new Access(tokens.orElse(null), clock, told);
    }

    /** What came of asking who somebody is. */
    public sealed interface Answer {
        /**
         * That is who.
         *
         * @param byToken whether the request itself shows a token, which a session's cookie is not
         */
        record Known(Caller caller, boolean byToken) implements Answer {}

        /** The token is none of ours. */
        record Wrong() implements Answer {}

        /** Too many tokens of that address were wrong; nothing was looked at. */
        record Slowed(Duration left) implements Answer {}
    }

    /** Whether callers must show who they are. */
    public boolean asksForTokens() {
        return tokens != null;
    }

    /**
     * Who it is.
     *
     * @param token what the header shows; null for none
     * @param session what the cookie shows; null for none, and not looked at where there is a token
     * @param from where the caller is
     */
    public Answer identify(@Nullable String token, @Nullable String session, InetAddress from) {
        if (tokens == null) {
            return new Answer.Known(Caller.LOCAL, false);
        }
        if (token != null) {
            return judge(tokens, token, from);
        }
        Optional<Caller> loggedIn = session == null ? Optional.empty() : sessions.callerOf(session);
        return new Answer.Known(loggedIn.orElse(Caller.NOBODY), false);
    }

    private Answer judge(ConsoleTokens known, String token, InetAddress from) {
        byte[] digest = ConsoleTokens.digest(token);
        long mark = ByteBuffer.wrap(digest).getLong();
        if (wrongTokens.isKnown(from, mark)) {
            return new Answer.Wrong();
        }
        Optional<Caller> caller = known.callerOf(digest);
        Duration wait = wrongTokens.waits(from, caller.orElse(Caller.NOBODY));
        if (wait.isPositive()) {
            return new Answer.Slowed(wait);
        }
        if (caller.isEmpty()) {
            int wrong = wrongTokens.wrong(from, mark);
            if (wrong >= WrongTokens.FREE) {
                told.accept(wrong + " wrong tokens in a row from " + from.getHostAddress()
                        + "; it must wait before the next one");
            }
            return new Answer.Wrong();
        }
        wrongTokens.right(from, caller.get());
        return new Answer.Known(caller.get(), true);
    }

    /** Begins a session; what the browser is to keep in its cookie. */
    public String begin(Caller caller) {
        told.accept(caller.name() + " logged in as " + caller.role().word());
        return sessions.begin(caller);
    }

    /** Ends a session, if there is one. */
    public void end(String session) {
        sessions.end(session);
    }

    /** How long a session lasts. */
    public static Duration lifetime() {
        return Sessions.LIFETIME;
    }
}
