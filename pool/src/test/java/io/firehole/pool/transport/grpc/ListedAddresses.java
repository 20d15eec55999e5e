package io.firehole.pool.transport.grpc;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/** Resolves {@code listed:///1,2,3} to these ports of the loopback address, in that order. */
final class ListedAddresses extends NameResolverProvider {

    static String target(Integer... ports) {
        NameResolverRegistry.getDefaultRegistry().register(new ListedAddresses());
        return "listed:///"
                + String.join(",", Stream.of(ports).map(String::valueOf).toList());
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
        List<EquivalentAddressGroup> addresses = Stream.of(
                        target.getPath().substring(1).split(",", -1))
                .map(port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)))
                .map(EquivalentAddressGroup::new)
                .toList();
        return new NameResolver() {
            @Override
            public String getServiceAuthority() {
                return "listed";
            }

            @Override
            public void start(Listener2 listener) {
                listener.onResult(ResolutionResult.newBuilder()
                        .setAddressesOrError(StatusOr.fromValue(addresses))
                        .build());
            }

            @Override
            public void shutdown() {}
        };
    }

    @Override
    protected boolean isAvailable() {
        return true;
    }

    @Override
    protected int priority() {
        return 5;
    }

    @Override
    public String getDefaultScheme() {
        return "listed";
    }
}
