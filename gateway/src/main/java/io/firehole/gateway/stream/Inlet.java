package io.firehole.gateway.stream;

/** The way from one client: lets the next bytes of its requests come. */
@FunctionalInterface
public interface Inlet {

    /** Asks for one more piece, which then comes by {@link CarriedCall#received}. Event loop only. */
    void more();
}
