/**
 * The demonstration: a simulated provider, Firehole before it, and monitors that connect as any client would.
 *
 * <p>What the monitors receive is compared with what the provider must have sent, filter by filter; what the pool says of
 * itself is printed and never believed. Each {@link io.firehole.cli.demo.DeliveryRecorder} listens beside one monitor,
 * on that client's thread; {@link io.firehole.cli.demo.Demo} owns everything and checks from the command's thread.
 */
@NullMarked
package io.firehole.cli.demo;

import org.jspecify.annotations.NullMarked;
