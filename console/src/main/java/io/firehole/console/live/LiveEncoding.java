package io.firehole.console.live;

import com.linecorp.armeria.common.websocket.WebSocketFrame;
import io.firehole.console.http.Gzip;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How messages about the pool travel to those who look at it. */
public enum LiveEncoding {

    /** As text. */
    PLAIN {
        @Override
        byte[] encoded(byte[] message) {
            return message;
        }

        @Override
        WebSocketFrame frame(byte[] encoded) {
            return WebSocketFrame.ofText(encoded);
        }
    },

    /**
     * The same text packed, each message by itself, so that who misses one understands the next. Names of fields are most of a
     * message: it takes about a sixth of the room.
     */
    GZIP {
        @Override
        byte[] encoded(byte[] message) {
            return Gzip.packed(message);
        }

        @Override
        WebSocketFrame frame(byte[] encoded) {
            return WebSocketFrame.ofBinary(encoded);
        }
    };

    /**
     * The one that somebody asks for; empty if there is none of that name.
     *
     * @param name null if they do not say
     */
    public static Optional<LiveEncoding> named(@Nullable String name) {
        if (name == null) {
            return Optional.of(PLAIN);
        }
        return name.equals("gzip") ? Optional.of(GZIP) : Optional.empty();
    }

    abstract byte[] encoded(byte[] message);

    abstract WebSocketFrame frame(byte[] encoded);
}
