package io.github.tern4j.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryInput;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Prepared ternary weights beyond the contract: threads, shared inputs and memory. */
class LookupTernaryTest {

  private static final TernaryProductKernel REFERENCE = ReferenceKernels.table().get(TernaryProductKernel.class);

  /** Sizes around words of 9 columns, segments of 64 of them, blocks of 2,048 rows and their parts of 8, 4 and 1 panels. */
  private static final int[][] SIZES = {{1, 1}, {63, 8}, {65, 577}, {257, 64 * 9}, {521, 575}, {1836, 130}, {2100, 1153}};

  /** Scales of groups are stored as F32 for 0.37, as F16 for 0.5. */
  @ParameterizedTest(name = "{0} threads, scale {1}")
  @CsvSource({"1, 0.37", "2, 0.37", "3, 0.37", "1, 0.5", "2, 0.5"})
  void preparationAndProductsHaveTheBitsOfTheReferenceOnAnyNumberOfThreads(int threads, float scale) {
    try (Workers workers = new Workers(threads)) {
      TernaryProductKernel kernel = new VectorTernaryProduct(workers);
      for (int[] size : SIZES) {
        for (int groupSize : new int[] {0, 1, 27, 64, 128, 252, 253, 256, 1000}) {
          PackedTernary weight = weight(size[0], size[1], groupSize, scale);
          PreparedTernary prepared = kernel.prepare(weight);
          for (int tokens : new int[] {1, 3, 5, 8, 13}) {
            Tensor codes = codes(tokens, size[1]);
            Tensor gamma = gamma(tokens);
            Tensor out = Tensor.zeros(tokens, size[0]);
            prepared.product(codes, gamma, out);
            assertThat(out.array()).as("[%d, %d], groups of %d, %d tokens", size[0], size[1], groupSize, tokens)
                .isEqualTo(reference(weight, codes, gamma));
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"-Dtern4j.lookup=bytes -Dtern4j.vectorBits=256",
      "-Dtern4j.lookup=words -Dtern4j.vectorBits=256", "-Dtern4j.lookup.tokens=single", "-Dtern4j.lookup.tokens=pairs",
      "-XX:UseAVX=2"})
  void otherVectorsAndTablesGiveTheSameBits(String options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules", "jdk.incubator.vector", "-Xmx512m", "-XX:+IgnoreUnrecognizedVMOptions"));
    command.addAll(List.of(options.split(" ")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), LookupTernaryTest.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
  }

  /** Products in a Java process of their own, which fails where bits are not those of the reference. */
  public static void main(String[] arguments) {
    LookupTernaryTest test = new LookupTernaryTest();
    test.preparationAndProductsHaveTheBitsOfTheReferenceOnAnyNumberOfThreads(2, 0.37f);
    test.preparationAndProductsHaveTheBitsOfTheReferenceOnAnyNumberOfThreads(2, 0.5f);
    test.theLargestSumsFit();
    test.scalesOfGroupsAreKeptExactly(0x1p-14f);
    test.scalesOfGroupsAreKeptExactly(0.1f);
  }

  @Test
  void theLargestSumsFit() {
    int rows = 832;
    int columns = 1153;
    byte[] negative = new byte[rows * columns];
    Arrays.fill(negative, (byte) -1);
    MemorySegment packed = Arena.ofAuto().allocate((long) rows * PackedTernary.bytesPerRow(columns));
    PackedTernary.pack(negative, Shape.of(rows, columns), packed);
    try (Workers workers = new Workers(1)) {
      for (int groupSize : new int[] {0, 252, 256, 378, 576}) {
        float[] scales = new float[groupSize == 0 ? 1 : rows * Math.ceilDiv(columns, groupSize)];
        Arrays.fill(scales, 1);
        PackedTernary weight = new PackedTernary(Shape.of(rows, columns), groupSize, packed, scales);
        for (int tokens : new int[] {1, 4, 8}) {
          Tensor codes = codes(tokens, columns);
          codes.segment().fill((byte) -128);
          Tensor out = Tensor.zeros(tokens, rows);
          new VectorTernaryProduct(workers).prepare(weight).product(codes, gamma(tokens), out);
          assertThat(out.array()).as("groups of %d, %d tokens", groupSize, tokens)
              .isEqualTo(reference(weight, codes, gamma(tokens)));
        }
      }
    }
  }

  @ParameterizedTest(name = "scale {0}")
  @ValueSource(floats = {0x1p-14f, 0x1p-24f, 65_504, 65_520, 0x1p-25f, 0.1f, -0.5f, -0.0f, Float.POSITIVE_INFINITY, Float.NaN})
  void scalesOfGroupsAreKeptExactly(float scale) {
    try (Workers workers = new Workers(1)) {
      PackedTernary weight = weight(70, 130, 64, scale);
      Tensor codes = codes(2, 130);
      Tensor gamma = gamma(2);
      Tensor out = Tensor.zeros(2, 70);
      new VectorTernaryProduct(workers).prepare(weight).product(codes, gamma, out);
      assertThat(out.array()).isEqualTo(reference(weight, codes, gamma));
    }
  }

  @Test
  void anInputServesWeightsWithOtherGroupsAndIsReadAgainWhenItIsSet() {
    try (Workers workers = new Workers(2)) {
      TernaryProductKernel kernel = new VectorTernaryProduct(workers);
      TernaryInput input = kernel.input();
      Tensor codes = codes(2, 300);
      for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < 600; i++) {
          codes.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7 + turn));
        }
        input.set(codes, gamma(2));
        for (int groupSize : new int[] {0, 64, 0, 128}) {
          PackedTernary weight = weight(300, 300, groupSize, 0.5f);
          Tensor out = Tensor.zeros(2, 300);
          kernel.prepare(weight).product(input, out);
          assertThat(out.array()).isEqualTo(reference(weight, codes, gamma(2)));
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} threads")
  @ValueSource(ints = {1, 2, 3, 8})
  void productsOfSeveralWeightsHaveTheBitsOfSingleOnes(int threads) {
    try (Workers workers = new Workers(threads)) {
      TernaryProductKernel kernel = new VectorTernaryProduct(workers);
      TernaryInput input = kernel.input();
      for (int tokens : new int[] {1, 5, 19}) {
        Tensor codes = codes(tokens, 1153);
        input.set(codes, gamma(tokens));
        PackedTernary[] weights = {weight(1031, 1153, 0, 0.5f), weight(7, 1153, 128, 2), weight(2200, 1153, 0, 0.37f)};
        PreparedTernary[] prepared = new PreparedTernary[weights.length];
        Tensor[] outs = new Tensor[weights.length];
        for (int i = 0; i < weights.length; i++) {
          prepared[i] = kernel.prepare(weights[i]);
          outs[i] = Tensor.zeros(tokens, weights[i].rows());
        }
        kernel.products(prepared, input, outs);
        for (int i = 0; i < weights.length; i++) {
          assertThat(outs[i].array()).isEqualTo(reference(weights[i], codes, gamma(tokens)));
        }
      }
    }
  }

  @Test
  void aRefusedProductLeavesNothingForTheNextOne() {
    try (Workers workers = new Workers(1)) {
      TernaryProductKernel kernel = new VectorTernaryProduct(workers);
      PackedTernary weight = weight(5, 9, 0, 1);
      PreparedTernary[] twice = {kernel.prepare(weight), kernel.prepare(weight)};
      TernaryInput input = kernel.input();
      input.set(codes(1, 9), gamma(1));
      Tensor out = Tensor.zeros(1, 5);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernel.products(twice, input, new Tensor[] {out, Tensor.zeros(1, 4)}));
      assertThat(out.array()).containsOnly(0);
      kernel.products(new PreparedTernary[] {twice[0]}, input, new Tensor[] {out});
      assertThat(out.array()).isEqualTo(reference(weight, codes(1, 9), gamma(1)));
    }
  }

  @Test
  void anInputOfAnotherKernelIsRefused() {
    try (Workers workers = new Workers(1)) {
      TernaryInput other = REFERENCE.input();
      other.set(codes(1, 9), gamma(1));
      PreparedTernary weight = lookups(weight(5, 9, 0, 1), workers);
      assertThatIllegalArgumentException().isThrownBy(() -> weight.product(other, Tensor.zeros(1, 5)))
          .withMessage("ternary product: input of another kernel; expected one that this weight's kernel made");
    }
  }

  @Test
  void aPreparedWeightLetsGoOfThePackedOne() throws InterruptedException {
    try (Workers workers = new Workers(1)) {
      PackedTernary packed = weight(64, 64, 0, 1);
      WeakReference<PackedTernary> reference = new WeakReference<>(packed);
      PreparedTernary prepared = lookups(packed, workers);
      packed = null;
      for (int attempt = 0; attempt < 100 && reference.get() != null; attempt++) {
        System.gc();
        Thread.sleep(10);
      }
      assertThat(reference.get()).isNull();
      assertThat(prepared.byteSize()).isEqualTo(8 * 128);
    }
  }

  private static PreparedTernary lookups(PackedTernary weight, Workers workers) {
    TernaryWords words = TernaryWords.of(weight, workers);
    return new LookupTernary(words.layout(), words.segment(), 1, new LookupInput(), new LookupProducts(workers));
  }

  private static float[] reference(PackedTernary weight, Tensor codes, Tensor gamma) {
    Tensor out = Tensor.zeros(codes.dim(0), weight.rows());
    REFERENCE.product(weight, codes, gamma, out);
    return out.array();
  }

  private static PackedTernary weight(int rows, int columns, int groupSize, float scale) {
    Rng rng = Rng.of(rows).at(columns).at("weight");
    byte[] unpacked = new byte[rows * columns];
    for (int i = 0; i < unpacked.length; i++) {
      unpacked[i] = (byte) (rng.below(i, 3) - 1);
    }
    MemorySegment packed = Arena.ofAuto().allocate((long) rows * PackedTernary.bytesPerRow(columns));
    PackedTernary.pack(unpacked, Shape.of(rows, columns), packed);
    float[] scales = new float[groupSize == 0 ? 1 : rows * Math.ceilDiv(columns, groupSize)];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = i % 2 == 0 ? scale : 1 + i % 29 * 0.125f;
    }
    return new PackedTernary(Shape.of(rows, columns), groupSize, packed, scales);
  }

  private static Tensor codes(int tokens, int columns) {
    Rng rng = Rng.of(columns).at("codes");
    MemorySegment bytes = Arena.ofAuto().allocate((long) tokens * columns);
    for (int i = 0; i < tokens * columns; i++) {
      bytes.set(ValueLayout.JAVA_BYTE, i, (byte) rng.bits(i));
    }
    return Tensor.of(new NativeStorage(bytes, DType.I8), Shape.of(tokens, columns));
  }

  private static Tensor gamma(int tokens) {
    float[] gamma = new float[tokens];
    for (int i = 0; i < tokens; i++) {
      gamma[i] = 0.3f + i;
    }
    return Tensor.of(gamma, tokens);
  }
}
