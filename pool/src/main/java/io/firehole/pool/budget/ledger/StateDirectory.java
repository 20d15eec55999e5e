package io.firehole.pool.budget.ledger;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;

/** Where ledgers lie: a directory of this machine's own disk that nobody else can look into. */
final class StateDirectory {

    /** What a user sets to have another one. */
    static final String VARIABLE = "FIREHOLE_STATE";

    /** File systems on which several machines can write: their locks may not reach, and each has a boot clock of its own. */
    private static final Set<String> OF_A_NETWORK = Set.of(
            "nfs",
            "nfs4",
            "cifs",
            "smb",
            "smb2",
            "smb3",
            "smbfs",
            "afpfs",
            "webdav",
            "afs",
            "9p",
            "ceph",
            "lustre",
            "gpfs",
            "gfs2",
            "ocfs2",
            "beegfs",
            "glusterfs",
            "fuse.glusterfs",
            "fuse.ceph",
            "fuse.sshfs",
            "fuse.s3fs",
            "fuse.gcsfuse",
            "fuse.davfs2",
            "fuse.juicefs",
            "fuse.mfs");

    private StateDirectory() {}

    /**
     * Makes it if it is missing, and says where it really is.
     *
     * @throws IOException if it cannot be made or is on a network; the message says what to do
     */
    static Path prepare(Path directory) throws IOException {
        try {
            create(directory);
            Path real = directory.toRealPath();
            refuseNetwork(real, Files.getFileStore(real).type());
            return real;
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    static void create(Path directory) throws IOException {
        // Not createDirectories at once: that fails on a symbolic link to a directory.
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, permissions(directory, "rwx------"));
        }
    }

    static void refuseNetwork(Path directory, String type) throws IOException {
        if (OF_A_NETWORK.contains(type.toLowerCase(Locale.ROOT))) {
            throw new IOException("it is on a file system of type " + type
                    + ", which several machines may share: a ledger's lock and clock hold on one machine only");
        }
    }

    static IOException unusable(Path directory, IOException cause) {
        String why = String.valueOf(cause.getMessage());
        String told = switch (cause) {
            case AccessDeniedException denied -> "no right to write to " + why;
            case NoSuchFileException missing -> why + " is not there and cannot be made";
            default -> why;
        };
        return new IOException(
                "the state directory " + directory + " cannot be used: " + told + ". Set " + VARIABLE
                        + " to a directory on a local disk that this user can write",
                cause);
    }

    /** For a new file: nobody but its owner reads or writes it, where the file system knows such rights. */
    static FileAttribute<?>[] ownerOnly(Path file) {
        return permissions(file, "rw-------");
    }

    private static FileAttribute<?>[] permissions(Path file, String rights) {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(rights);
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
    }
}
