package io.firehole.gateway;

import io.grpc.CallOptions;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A method of which only the name is known, and how a call of it is made. Stateless, any thread. */
final class RelayedMethod {

    /** A timeout that gRPC allows has so many digits. */
    private static final int TIMEOUT_DIGITS_MAX = 8;

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new Bytes();

    private RelayedMethod() {}

    /** @param name as in {@code geyser.Geyser/SubscribeDeshred} */
    static MethodDescriptor<byte[], byte[]> named(String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .setFullMethodName(name)
                .setRequestMarshaller(BYTES)
                .setResponseMarshaller(BYTES)
                .build();
    }

    /**
     * How to make it.
     *
     * @param timeout the client's {@code grpc-timeout}; null if it waits for ever
     * @param executor where answers are told
     * @throws IllegalArgumentException if that is no timeout
     */
    static CallOptions options(@Nullable String timeout, Executor executor) {
        CallOptions options = CallOptions.DEFAULT.withExecutor(executor);
        if (timeout == null) {
            return options;
        }
        int digits = timeout.length() - 1;
        if (digits < 1 || digits > TIMEOUT_DIGITS_MAX) {
            throw noTimeout();
        }
        long amount = 0;
        for (int i = 0; i < digits; i++) {
            int digit = timeout.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw noTimeout();
            }
            amount = 10 * amount + digit;
        }
        return options.withDeadlineAfter(amount, unit(timeout.charAt(digits)));
    }

    private static TimeUnit unit(char letter) {
        return switch (letter) {
            case 'H' -> TimeUnit.HOURS;
            case 'M' -> TimeUnit.MINUTES;
            case 'S' -> TimeUnit.SECONDS;
            case 'm' -> TimeUnit.MILLISECONDS;
            case 'u' -> TimeUnit.MICROSECONDS;
            case 'n' -> TimeUnit.NANOSECONDS;
            default -> throw noTimeout();
        };
    }

    private static IllegalArgumentException noTimeout() {
        return new IllegalArgumentException("grpc-timeout must be 1 to 8 digits and one of H, M, S, m, u, n");
    }

    /** A message as it came, in an array of its own. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] message) {
            return new KnownBytes(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try (stream) {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw Status.INTERNAL
                        .withDescription("a message could not be read")
                        .withCause(e)
                        .asRuntimeException();
            }
        }
    }

    /** Tells its length, so that grpc-java need not find it out by copying. */
    private static final class KnownBytes extends ByteArrayInputStream implements KnownLength {
        KnownBytes(byte[] bytes) {
            super(bytes);
        }
    }
}
