package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.bitdistill.json.Json;
import io.github.tern4j.nn.file.SafetensorsWriter;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a golden set of one operation, {@code relu}, whose results anyone can check by eye. */
public final class SmallGoldenSet {

  private static final float[] X = {-1, 2, 3};
  private static final float[] GRAD_OUT = {10, 20, 30};

  private final Path directory;
  private final String op;
  private final Map<String, Map<String, Object>> expected = new LinkedHashMap<>();
  private final SafetensorsWriter tensors = new SafetensorsWriter();

  private SmallGoldenSet(Path directory, String op) {
    this.directory = directory;
    this.op = op;
    tensors.add(op + ".in.x", Tensor.of(X, 3)).add(op + ".dout", Tensor.of(GRAD_OUT, 3));
  }

  /** A set that expects what relu gives. */
  public static void write(Path directory) throws IOException {
    write(directory, 0, 20, 30);
  }

  /** A set that expects {@code gradX} as the gradient of relu at (-1, 2, 3). */
  public static void write(Path directory, float... gradX) throws IOException {
    of(directory, "relu", gradX).finish();
  }

  /** The same with one more expected tensor, which no operation gives. */
  public static void writeWithSomethingElse(Path directory) throws IOException {
    of(directory, "relu", 0, 20, 30).expect("grad.y", 1).finish();
  }

  /** The same under a name that no operation has. */
  public static void writeOfUnknownOperation(Path directory) throws IOException {
    of(directory, "fourier", 0, 20, 30).finish();
  }

  private static SmallGoldenSet of(Path directory, String op, float... gradX) {
    return new SmallGoldenSet(directory, op).expect("out", 0, 2, 3).expect("grad.x", gradX);
  }

  private SmallGoldenSet expect(String name, float... values) {
    tensors.add(op + "." + name, Tensor.of(values, values.length));
    expected.put(op + "." + name, Map.of("dtype", "F32", "atol", 0.5, "rel_l2_tol", 1e-6));
    return this;
  }

  private void finish() throws IOException {
    Path ops = Files.createDirectories(directory.resolve("ops"));
    tensors.write(ops.resolve("ops.safetensors"));
    Map<String, Object> manifest = Map.of(
        "inputs", Map.of("ops.safetensors", Map.of(op + ".in.x", Map.of("dtype", "F32"))),
        "expected", Map.of("ops.safetensors", expected),
        "ops", Map.of(op, Map.of("inputs", List.of("x"), "attributes", Map.of())));
    Files.writeString(ops.resolve("manifest.json"), Json.indented(manifest));
    List<Object> files = new ArrayList<>();
    for (String name : List.of("ops/manifest.json", "ops/ops.safetensors")) {
      byte[] bytes = Files.readAllBytes(directory.resolve(name));
      files.add(Map.of("path", name, "bytes", bytes.length, "sha256", sha256(bytes)));
    }
    Files.writeString(directory.resolve("index.json"), Json.indented(Map.of("files", files)));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
