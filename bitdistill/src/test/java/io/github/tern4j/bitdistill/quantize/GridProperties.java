package io.github.tern4j.bitdistill.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class GridProperties {

  @Property(tries = 200)
  void codesStayInTheirRange(@ForAll("grids") Grid grid, @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 20) int columns, @ForAll @LongRange(min = 0) long seed) {
    Matrix weight = Samples.weight(seed, rows, columns);
    FittedGrid fitted = FittedGrid.fit(grid, weight);
    for (double w : new double[] {-1e9, -1, 0, 1, 1e9, weight.values()[0]}) {
      assertThat(fitted.code(rows - 1, columns - 1, w)).isBetween(grid.lowestCode(), grid.highestCode());
    }
  }

  /**
   * int4 grids divide by the scale itself, so no other code is nearer. Absmean ternary divides by scale + 1e-5, which moves the
   * border from 0.5 scale to 0.5 (scale + 1e-5): the chosen point is at most 1e-5 farther than the nearest.
   */
  @Property(tries = 200)
  void noOtherCodeIsNearer(@ForAll("grids") Grid grid, @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 20) int columns, @ForAll @LongRange(min = 0) long seed) {
    Matrix weight = Samples.weight(seed, rows, columns);
    FittedGrid fitted = FittedGrid.fit(grid, weight);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        double w = weight.get(row, column);
        double distance = Math.abs(fitted.value(row, column, fitted.code(row, column, w)) - w);
        for (int code = grid.lowestCode(); code <= grid.highestCode(); code++) {
          assertThat(distance).isLessThanOrEqualTo(Math.abs(fitted.value(row, column, code) - w) + slack(grid, w));
        }
      }
    }
  }

  /** Grid.EPS for ternary grids; for int4 the rounding errors of one division and one product. */
  private static double slack(Grid grid, double w) {
    return switch (grid) {
      case Grid.TernaryPerTensor _, Grid.TernaryPerGroup _ -> Grid.EPS;
      case Grid.Int4Symmetric _, Grid.Int4Asymmetric _ -> 4 * Math.ulp(1 + Math.abs(w));
    };
  }

  /** Scales of at least 0.05 are far above the 1e-5 that is added to them, which only shrinks quotients a little. */
  @Property(tries = 200)
  void gridPointsRoundToThemselves(@ForAll("grids") Grid grid, @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 2, max = 20) int columns, @ForAll @LongRange(min = 0) long seed) {
    FittedGrid fitted = FittedGrid.fit(grid, Samples.weight(seed, rows, columns));
    for (int code = grid.lowestCode(); code <= grid.highestCode(); code++) {
      assertThat(fitted.code(0, columns - 1, fitted.value(0, columns - 1, code))).isEqualTo(code);
    }
  }

  @Property(tries = 200)
  void valueZeroIsAlwaysOnTheGrid(@ForAll("grids") Grid grid, @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 20) int columns, @ForAll @LongRange(min = 0) long seed) {
    FittedGrid fitted = FittedGrid.fit(grid, Samples.weight(seed, rows, columns));
    assertThat(fitted.value(0, 0, fitted.code(0, 0, 0))).isZero();
  }

  /** A grid of groups is the grid of each group alone, the short last one included. */
  @Property(tries = 200)
  void groupsDoNotInfluenceEachOther(@ForAll @IntRange(min = 1, max = 7) int groupSize,
      @ForAll @IntRange(min = 1, max = 20) int columns, @ForAll @LongRange(min = 0) long seed) {
    Matrix weight = Samples.weight(seed, 2, columns);
    FittedGrid whole = FittedGrid.fit(new Grid.Int4Asymmetric(groupSize), weight);
    assertThat(whole.groups()).isEqualTo((columns + groupSize - 1) / groupSize);
    for (int group = 0; group < whole.groups(); group++) {
      int from = group * groupSize;
      int to = Math.min(columns, from + groupSize);
      Matrix part = Matrix.zeros(1, to - from);
      System.arraycopy(weight.values(), columns + from, part.values(), 0, to - from);
      FittedGrid alone = FittedGrid.fit(new Grid.Int4Asymmetric(Grid.WHOLE_ROW), part);
      assertThat(alone.scales()[0]).isEqualTo(whole.scales()[whole.groups() + group]);
      assertThat(alone.zeros()[0]).isEqualTo(whole.zeros()[whole.groups() + group]);
    }
  }

  @Provide
  Arbitrary<Grid> grids() {
    Arbitrary<Integer> kinds = Arbitraries.integers().between(0, 3);
    Arbitrary<Integer> groupSizes = Arbitraries.integers().between(0, 7);
    return Combinators.combine(kinds, groupSizes).as((kind, groupSize) -> switch (kind) {
      case 0 -> new Grid.TernaryPerTensor();
      case 1 -> new Grid.TernaryPerGroup(groupSize);
      case 2 -> new Grid.Int4Symmetric(groupSize);
      default -> new Grid.Int4Asymmetric(groupSize);
    });
  }
}
