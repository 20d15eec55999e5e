package io.firehole.pool.transport.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;

/** The calls of the protocol with their answers left undecoded: the bytes of a message, copied once out of Netty. */
final class RawMessages {

    /** {@code Subscribe}: requests as the schema has them, updates as they came. */
    static final MethodDescriptor<SubscribeRequest, byte[]> SUBSCRIBE = GeyserGrpc.getSubscribeMethod().toBuilder(
                    GeyserGrpc.getSubscribeMethod().getRequestMarshaller(), new Updates())
            .build();

    private RawMessages() {}

    /**
     * A unary method by its full name.
     *
     * @param name as in {@code geyser.Geyser/GetSlot}
     */
    static MethodDescriptor<ByteString, ByteString> unary(String name) {
        return MethodDescriptor.<ByteString, ByteString>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(name)
                .setRequestMarshaller(new Messages())
                .setResponseMarshaller(new Messages())
                .build();
    }

    private static byte[] bytes(InputStream stream) {
        try (stream) {
            if (!(stream instanceof KnownLength)) {
                return stream.readAllBytes();
            }
            // InputStream.readNBytes would read into chunks of its own and join them: a second copy.
            byte[] bytes = new byte[stream.available()];
            int filled = 0;
            while (filled < bytes.length) {
                int read = stream.read(bytes, filled, bytes.length - filled);
                if (read < 0) {
                    throw Status.INTERNAL
                            .withDescription("a message of " + bytes.length + " bytes ended after " + filled)
                            .asRuntimeException();
                }
                filled += read;
            }
            return bytes;
        } catch (IOException e) {
            throw Status.INTERNAL
                    .withDescription("a message could not be read")
                    .withCause(e)
                    .asRuntimeException();
        }
    }

    private static final class Updates implements Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return UnsafeByteOperations.unsafeWrap(message).newInput();
        }

        @Override
        public byte[] parse(InputStream stream) {
            return bytes(stream);
        }
    }

    private static final class Messages implements Marshaller<ByteString> {
        @Override
        public InputStream stream(ByteString message) {
            return message.newInput();
        }

        @Override
        public ByteString parse(InputStream stream) {
            return UnsafeByteOperations.unsafeWrap(bytes(stream));
        }
    }
}
