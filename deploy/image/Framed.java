import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives classes of before Java 6 the frames that the verifier of today goes by. An archive holds no class without them, so each
 * start would read these classes, and infer the types of every instruction: of picocli, which every command asks for its options,
 * some ten thousand lines.
 *
 * <p>Usage: {@code java Framed.java JAR...}, with Java 24 or later. Names the jars that it changed.
 */
final class Framed {

    private final ClassFile classes;

    private Framed(ClassLoader all) {
        classes = ClassFile.of(
                StackMapsOption.GENERATE_STACK_MAPS,
                ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofClassLoading(all)));
    }

    public static void main(String[] jars) throws Exception {
        URL[] urls = new URL[jars.length];
        for (int i = 0; i < jars.length; i++) {
            urls[i] = Path.of(jars[i]).toUri().toURL();
        }
        try (URLClassLoader all = new URLClassLoader(urls)) {
            Framed framed = new Framed(all);
            for (String jar : jars) {
                try (FileSystem inside = FileSystems.newFileSystem(Path.of(jar))) {
                    if (framed.changed(inside)) {
                        System.out.println(Path.of(jar).getFileName());
                    }
                }
            }
        }
    }

    private boolean changed(FileSystem jar) throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.walk(jar.getPath("/"))) {
            files = all.filter(file -> file.toString().endsWith(".class")).toList();
        }
        boolean any = false;
        for (Path file : files) {
            ClassModel model = classes.parse(Files.readAllBytes(file));
            if (model.majorVersion() < ClassFile.JAVA_6_VERSION) {
                Files.write(file, framed(model));
                any = true;
            }
        }
        return any;
    }

    /** In the version of Java 7, the first in which there is no way back to a verifier without frames. */
    private byte[] framed(ClassModel old) {
        ClassTransform version = (to, part) -> to.with(
                part instanceof ClassFileVersion ? ClassFileVersion.of(ClassFile.JAVA_7_VERSION, 0) : part);
        return classes.transformClass(
                old, version.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
    }
}
