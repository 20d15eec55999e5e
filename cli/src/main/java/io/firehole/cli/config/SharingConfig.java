package io.firehole.cli.config;

import io.firehole.sharing.DatabaseAccess;
import io.firehole.sharing.SharedAllowance;

/**
 * A budget shared by several hosts.
 *
 * @param database through which
 * @param allowance what is shared and what is set aside
 */
public record SharingConfig(DatabaseAccess database, SharedAllowance allowance) {}
