/** What the monitors need to read of Solana's own formats: account keys of a transaction, Anchor events, token accounts. */
@NullMarked
package io.firehole.examples.solana;

import org.jspecify.annotations.NullMarked;
