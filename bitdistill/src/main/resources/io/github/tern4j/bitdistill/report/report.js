"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const charts = [];
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const palette = ["--a", "--b", "--c", "--d"];
  // Dashes tell the lines apart where colours do not.
  const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

  function axis(title, more) {
    return Object.assign({
      title: { display: true, text: title, color: css("--quiet") },
      ticks: { color: css("--quiet"), maxTicksLimit: 7 },
      grid: { color: css("--line") },
    }, more);
  }

  // The legend repeats the dashes, so that it can be read without colours too.
  function dashedLabels(chart) {
    return Chart.defaults.plugins.legend.labels.generateLabels(chart).map(label =>
      Object.assign(label, { lineDash: chart.data.datasets[label.datasetIndex].borderDash, lineWidth: 2 }));
  }

  function options(x, y) {
    const labels = { color: css("--text"), usePointStyle: true, pointStyle: "line", pointStyleWidth: 34, generateLabels: dashedLabels };
    return {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { labels } },
      scales: { x, y },
    };
  }

  function drawCurves(canvas) {
    const { quantity, stage } = canvas.dataset;
    const curves = data.curves.filter(c => c.quantity === quantity && c.stage === stage);
    const values = curves.flatMap(c => c.values).filter(v => v !== null);
    const low = Math.min(...values), high = Math.max(...values);
    // Terms of very different size share one figure only on a logarithmic axis.
    const logarithmic = low > 0 && high / low > 30;
    const title = (quantity === "LOSS" ? "loss" : "ratio of norms") + (logarithmic ? " (log)" : "");
    const x = axis("step", { type: "linear", min: 0 });
    const y = axis(title, logarithmic ? { type: "logarithmic" } : { type: "linear" });
    return new Chart(canvas, {
      type: "line",
      data: {
        datasets: curves.map((c, i) => ({
          label: c.series,
          data: c.steps.map((step, k) => ({ x: step, y: c.values[k] })),
          borderColor: css(palette[i % palette.length]),
          borderDash: dashes[i % dashes.length],
          borderWidth: 1.8,
          pointRadius: c.steps.length === 1 ? 3 : 0,
        })),
      },
      options: options(x, y),
    });
  }

  const borders = {
    id: "borders",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea, scales } = chart;
      ctx.save();
      ctx.strokeStyle = css("--text");
      ctx.fillStyle = css("--text");
      ctx.font = "12px system-ui, sans-serif";
      ctx.textAlign = "center";
      ctx.setLineDash([4, 4]);
      for (const border of [-0.5, 0.5]) {
        const at = scales.x.getPixelForValue(border);
        ctx.beginPath();
        ctx.moveTo(at, chartArea.top);
        ctx.lineTo(at, chartArea.bottom);
        ctx.stroke();
      }
      for (const [code, at] of [["−1", -1.75], ["0", 0], ["1", 1.75]]) {
        ctx.fillText(code, scales.x.getPixelForValue(at), chartArea.top + 12);
      }
      ctx.restore();
    },
  };

  function drawHistogram(canvas) {
    const moments = data.histograms.filter(h => h.tensor === canvas.dataset.tensor);
    const x = axis("w / Δ", { type: "linear", min: moments[0].low, max: moments[0].high });
    const y = axis("weights per bin, %", { beginAtZero: true, grace: "12%" });
    return new Chart(canvas, {
      type: "line",
      data: {
        datasets: moments.map((h, i) => {
          const total = h.counts.reduce((a, b) => a + b, 0);
          const width = (h.high - h.low) / h.counts.length;
          return {
            label: h.moment,
            data: h.counts.map((count, k) => ({ x: h.low + (k + 0.5) * width, y: 100 * count / total })),
            stepped: "middle",
            borderColor: css(palette[i % palette.length]),
            backgroundColor: css(palette[i % palette.length]) + "2e",
            fill: "origin",
            borderDash: dashes[i % dashes.length],
            borderWidth: 1.5,
            pointRadius: 0,
          };
        }),
      },
      options: options(x, y),
      plugins: [borders],
    });
  }

  function draw() {
    for (const chart of charts.splice(0)) {
      chart.destroy();
    }
    for (const canvas of document.querySelectorAll("canvas[data-quantity]")) {
      charts.push(drawCurves(canvas));
    }
    for (const canvas of document.querySelectorAll("canvas[data-tensor]")) {
      charts.push(drawHistogram(canvas));
    }
  }

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  // Paper is light whatever the screen is.
  matchMedia("print").addEventListener("change", draw);
})();
