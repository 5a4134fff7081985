import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Manifest;

/**
 * Takes the signatures out of jars that have some. Archives hold no class of a signed jar, so each start would read these
 * classes, and first prove with thousands of digests what Maven has proved already.
 *
 * <p>Usage: {@code java Unsigned.java JAR...}. Names the jars that it changed.
 */
final class Unsigned {

    public static void main(String[] jars) throws Exception {
        for (String jar : jars) {
            try (FileSystem inside = FileSystems.newFileSystem(Path.of(jar))) {
                if (removeSignatures(inside.getPath("META-INF"))) {
                    keepMainAttributes(inside.getPath("META-INF", "MANIFEST.MF"));
                    System.out.println(Path.of(jar).getFileName());
                }
            }
        }
    }

    private static boolean removeSignatures(Path directory) throws Exception {
        boolean any = false;
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> signatures = Files.newDirectoryStream(directory, "*.{SF,RSA,DSA,EC}")) {
                for (Path signature : signatures) {
                    Files.delete(signature);
                    any = true;
                }
            }
        }
        return any;
    }

    /** The digests of the single files are all that the other sections hold. */
    private static void keepMainAttributes(Path file) throws Exception {
        Manifest manifest;
        try (InputStream in = Files.newInputStream(file)) {
            manifest = new Manifest(in);
        }
        manifest.getEntries().clear();
        try (OutputStream out = Files.newOutputStream(file)) {
            manifest.write(out);
        }
    }
}
