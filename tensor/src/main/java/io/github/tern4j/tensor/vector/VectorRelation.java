package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.AttentionOperands.at;
import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.RelationKernel;
import io.github.tern4j.tensor.kernel.RelationMode;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;

/**
 * {@link RelationKernel} on the tiles of the matrix product, in panels of scores with one query in each lane
 * ({@link RelationPanel}); a task owns a batch entry and head.
 *
 * <p>Since scores are symmetric, a panel holds what its tokens give as queries and as keys: with the softmax statistics of all
 * tokens known, {@code G_ij + G_ji} follows from the score of i and j alone, and the gradient needs no second orientation.
 */
final class VectorRelation implements RelationKernel {

  private final Workers workers;
  private final Side teacherSide = new Side();
  private final Side studentSide = new Side();
  private final Scratch lossScratch = new Scratch();
  private final Scratch columnScratch = new Scratch();
  private final Scratch tileScratch = new Scratch();
  private final Scratch rowScratch = new Scratch();
  private final Scratch sumScratch = new Scratch();

  VectorRelation(Workers workers) {
    this.workers = workers;
  }

  /** Working memory for the vectors of the teacher or the student. */
  private static final class Side {
    final Scratch vectors = new Scratch();
    final Scratch norms = new Scratch();
    final Scratch packedRows = new Scratch();
    final Scratch panel = new Scratch();
    final Scratch scores = new Scratch();
    final Scratch max = new Scratch();
    final Scratch logSum = new Scratch();
    final Scratch sum = new Scratch();
    final Scratch partial = new Scratch();
  }

  @Override
  public void relation(Tensor teacher, Tensor student, int[] lengths, RelationMode mode, float temperature, Tensor losses) {
    RelationKernel.checkRelation(teacher, student, lengths, temperature, losses);
    int heads = student.dim(2);
    workers.run(student.dim(0) * heads, task -> {
      int batch = task / heads;
      int head = task % heads;
      int length = lengths[batch];
      int lossAt = losses.arrayOffset() + batch * losses.arrayStride(0) + head * losses.arrayStride(1);
      Vectors ofTeacher = new Vectors(teacher, batch, head, length, mode, temperature, teacherSide);
      Vectors ofStudent = new Vectors(student, batch, head, length, mode, temperature, studentSide);
      float[] loss = lossScratch.atLeast(COLUMNS);
      for (int token = 0; token < length; token += COLUMNS) {
        ofTeacher.scores(token);
        ofTeacher.statistics(token);
        ofStudent.scores(token);
        ofStudent.statistics(token);
        RelationPanel.losses(ofTeacher.scores, ofTeacher.max, ofTeacher.logSum, ofStudent.scores, ofStudent.max, ofStudent.logSum,
            token, length, loss);
        System.arraycopy(loss, 0, losses.array(), lossAt + token, Math.min(COLUMNS, length - token));
      }
      Arrays.fill(losses.array(), lossAt + length, lossAt + student.dim(1), 0);
    });
  }

  @Override
  public void relationBackward(Tensor teacher, Tensor student, int[] lengths, RelationMode mode, float temperature, float factor,
      Tensor gradStudent, boolean accumulate) {
    RelationKernel.checkRelationBackward(teacher, student, lengths, temperature, gradStudent);
    int heads = student.dim(2);
    int width = student.dim(3);
    workers.run(student.dim(0) * heads, task -> {
      int batch = task / heads;
      int head = task % heads;
      int length = lengths[batch];
      Vectors ofTeacher = new Vectors(teacher, batch, head, length, mode, temperature, teacherSide);
      Vectors ofStudent = new Vectors(student, batch, head, length, mode, temperature, studentSide);
      for (int token = 0; token < length; token += COLUMNS) {
        ofTeacher.scores(token);
        ofTeacher.statistics(token);
        ofStudent.scores(token);
        ofStudent.statistics(token);
      }
      LeftFactor columns = LeftFactor.ofColumns(ofStudent.y, 0, width, width, length, columnScratch);
      float[] tile = tileScratch.atLeast(MatmulTile.paddedRows(width) * COLUMNS);
      float[] rows = rowScratch.atLeast(COLUMNS * width);
      float[] sums = sumScratch.atLeast(length * COLUMNS);
      for (int token = 0; token < length; token += COLUMNS) {
        int queries = Math.min(COLUMNS, length - token);
        ofTeacher.scores(token);
        ofStudent.scores(token);
        RelationPanel.scoreGradients(ofTeacher.scores, ofTeacher.max, ofTeacher.logSum, ofStudent.scores, ofStudent.max,
            ofStudent.logSum, token, length, sums);
        columns.multiply(width, length, ofStudent.scores, 0, tile, 0);
        MatmulPacking.transpose(tile, 0, COLUMNS, width, queries, rows, 0, width);
        for (int i = 0; i < queries; i++) {
          ofStudent.throughNorm(rows, i * width, token + i, factor);
          Lanes.put(rows, i * width, width, gradStudent.array(), at(gradStudent, batch, token + i, head), accumulate);
        }
      }
      for (int token = length; token < student.dim(1) && !accumulate; token++) {
        int to = at(gradStudent, batch, token, head);
        Arrays.fill(gradStudent.array(), to, to + width, 0);
      }
    });
  }

  /** The unpadded token vectors of one batch entry and head in the working memory of a thread. */
  private static final class Vectors {

    final float[] y;
    final float[] scores;
    final float[] max;
    final float[] logSum;
    private final int length;
    private final int width;
    private final boolean normalized;
    private final float scoreFactor;
    private final float[] norms;
    private final LeftFactor rows;
    private final float[] panel;
    private final float[] sum;
    private final float[] partial;

    Vectors(Tensor x, int batch, int head, int length, RelationMode mode, float temperature, Side side) {
      this.length = length;
      this.width = x.dim(3);
      this.normalized = mode.normalized();
      this.scoreFactor = mode.scoreFactor(width, temperature);
      int padded = length + COLUMNS;
      y = side.vectors.atLeast(length * width);
      sum = side.sum.atLeast(COLUMNS);
      partial = side.partial.atLeast(Summation.LANES);
      norms = side.norms.atLeast(length);
      max = side.max.atLeast(padded);
      logSum = side.logSum.atLeast(padded);
      panel = side.panel.atLeast(width * COLUMNS);
      scores = side.scores.atLeast(MatmulTile.paddedRows(length) * COLUMNS);
      for (int token = 0; token < length; token++) {
        int at = at(x, batch, token, head);
        norms[token] = (float) Math.sqrt(Rows.dot(x.array(), at, x.array(), at, width, partial));
        System.arraycopy(x.array(), at, y, token * width, width);
        if (normalized) {
          Rows.divide(y, token * width, width, Math.max(norms[token], SMALLEST_NORM));
        }
      }
      rows = LeftFactor.ofRows(y, 0, width, length, width, side.packedRows);
    }

    /** Scores of a panel of queries from {@code token} on with all keys. */
    void scores(int token) {
      MatmulPacking.packTransposedPanel(y, token * width, width, Math.min(COLUMNS, length - token), width, panel, 0);
      Lanes.scale(panel, 0, scoreFactor, width * COLUMNS, panel, 0, false);
      rows.multiply(length, width, panel, 0, scores, 0);
    }

    /** Largest score and logarithm of the softmax denominator of the queries of the panel. */
    void statistics(int token) {
      AttentionPanel.statistics(scores, length, max, token, sum);
      for (int i = 0; i < COLUMNS; i++) {
        logSum[token + i] = (float) Math.log(sum[i]);
      }
    }

    /**
     * Turns the gradient by scores times vectors into that by x: {@code gradY = factor scoreFactor sum},
     * {@code gradX = (gradY - y (y . gradY)) / norm}.
     */
    void throughNorm(float[] grad, int at, int token, float factor) {
      Lanes.scale(grad, at, factor * scoreFactor, width, grad, at, false);
      if (normalized) {
        boolean constantNorm = norms[token] < SMALLEST_NORM;
        float along = constantNorm ? 0 : Rows.dot(y, token * width, grad, at, width, partial);
        Lanes.addScaled(y, token * width, -along, width, grad, at);
        Rows.divide(grad, at, width, constantNorm ? SMALLEST_NORM : norms[token]);
      }
    }
  }
}
