/* Draws the surfaces of the page on their canvases: painter's algorithm, from back to front. */
"use strict";
for (const canvas of document.querySelectorAll("canvas.surface")) {
  const { x, y, z, paths, labels, colors } = JSON.parse(canvas.nextElementSibling.textContent);
  const RAMP = [[68, 1, 84], [65, 68, 135], [42, 120, 142], [34, 168, 132], [122, 209, 81], [253, 231, 37]];
  const START = { turn: 0.52, rise: 0.6, zoom: 1 };
  const pen = canvas.getContext("2d"), rows = z.length, columns = z[0].length;
  const heights = z.flat().filter(h => h !== null), low = Math.min(...heights), high = Math.max(...heights);
  let view = { ...START }, width, height, scale, due = false;

  // From the numbers' own units to a box of -1 to 1, 0.62 as high as it is wide.
  const box = (a, b, h) => [2 * (a - x[0]) / (x[1] - x[0]) - 1, 2 * (b - y[0]) / (y[1] - y[0]) - 1,
    0.62 * (2 * (h - low) / (high - low || 1) - 1)];
  const corners = z.map((row, i) => row.map((h, j) => h === null ? null :
    box(x[0] + (x[1] - x[0]) * j / (columns - 1), y[0] + (y[1] - y[0]) * i / (rows - 1), h)));
  const walks = Object.entries(paths).map(([name, walk]) =>
    ({ color: colors[name], points: walk.map(([a, b, h]) => h === null ? null : box(a, b, h)) }));

  // From the box to the canvas: [right, down, how near], with a little perspective.
  function project([a, b, c]) {
    const { turn, rise, zoom } = view, right = Math.cos(turn) * a + Math.sin(turn) * b;
    const away = Math.cos(turn) * b - Math.sin(turn) * a;
    const near = Math.sin(rise) * c - Math.cos(rise) * away, up = Math.cos(rise) * c + Math.sin(rise) * away;
    const size = scale * zoom * 7 / (7 - near);
    return [width / 2 + size * right, 0.47 * height - size * up, near];
  }

  const shade = (share, light) => {
    const at = Math.min(share, 0.9999) * (RAMP.length - 1), i = Math.floor(at);
    const mixed = RAMP[i].map((part, k) => (part + (at - i) * (RAMP[i + 1][k] - part)) * light + 255 * 0.08);
    return `rgb(${mixed.map(Math.round).join(",")})`;
  };

  // How much light, which comes over the viewer's left shoulder when the page opens, falls on a face.
  function lit([a, b, c, d]) {
    const u = c.map((v, k) => v - a[k]), v = d.map((w, k) => w - b[k]);
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    return 0.72 + 0.24 * Math.abs(0.2 * n[0] - 0.4 * n[1] + 0.9 * n[2]) / Math.hypot(...n);
  }

  function polygon(points, fill, stroke) {
    pen.beginPath();
    points.forEach(([right, down], i) => i ? pen.lineTo(right, down) : pen.moveTo(right, down));
    if (fill) { pen.closePath(); pen.fillStyle = fill; pen.fill(); }
    if (stroke) { pen.strokeStyle = stroke; pen.stroke(); }
  }

  function faces() {
    const found = [];
    for (let i = 0; i + 1 < rows; i++) for (let j = 0; j + 1 < columns; j++) {
      const four = [corners[i][j], corners[i][j + 1], corners[i + 1][j + 1], corners[i + 1][j]];
      if (four.includes(null)) continue;
      const points = four.map(project), mean = four.reduce((sum, c) => sum + c[2], 0) / 4;
      const color = shade((mean / 0.62 + 1) / 2, lit(four));
      const grid = (i % 4 === 0 || j % 4 === 0);
      found.push({ near: points.reduce((sum, p) => sum + p[2], 0) / 4, draw: () => {
        pen.lineWidth = 0.7; polygon(points, color, color);
        pen.lineWidth = 0.5; pen.globalAlpha = 0.25;
        if (j % 4 === 0) polygon([points[0], points[3]], null, "#fff");
        if (i % 4 === 0) polygon([points[0], points[1]], null, "#fff");
        pen.globalAlpha = 1;
      } });
    }
    return found;
  }

  function marks() {
    const found = [], lift = ([a, b, c]) => [a, b, c + 0.012];
    for (const { color, points } of walks) {
      const seen = points.map(p => p && project(lift(p)));
      seen.forEach((to, i) => {
        const from = seen[i - 1];
        const line = (nearer, width, ink) => found.push({ near: (from[2] + to[2]) / 2 + nearer, draw: () => {
          pen.lineWidth = width; polygon([from, to], null, ink);
        } });
        if (from && to) { line(0.05, 4.4, "#fff"); line(0.09, 2.4, color); }
      });
      const ends = seen.filter(Boolean);
      if (ends.length) {
        found.push({ near: ends[0][2] + 0.1, draw: () => star(ends[0], color, 5, 20, 1) });
        found.push({ near: ends.at(-1)[2] + 0.12, draw: () => star(ends.at(-1), color, 10, 5, 0.45) });
      }
    }
    return found;
  }

  // What a hill hides of a path shows through it, faintly.
  function ghosts() {
    pen.globalAlpha = 0.35; pen.lineWidth = 1.4; pen.setLineDash([2, 4]);
    for (const { color, points } of walks) {
      pen.beginPath();
      points.forEach((to, i) => to && pen[points[i - 1] ? "lineTo" : "moveTo"](...project(to).slice(0, 2)));
      pen.strokeStyle = color; pen.stroke();
    }
    pen.globalAlpha = 1; pen.setLineDash([]);
  }

  function star([right, down], color, radius, spikes, inner) {
    const points = Array.from({ length: 2 * spikes }, (_, k) => {
      const r = radius * (k % 2 ? inner : 1), angle = Math.PI * (k / spikes - 0.5);
      return [right + r * Math.cos(angle), down + r * Math.sin(angle)];
    });
    pen.lineWidth = 2.5; pen.lineJoin = "round";
    polygon([...points, points[0]], null, "#fff");
    polygon(points, color);
  }

  // Round numbers between two limits, four or so.
  function ticks([from, to]) {
    const raw = (to - from) / 4, power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 2.5, 5, 10].find(k => k * power >= raw * 0.999);
    const found = [];
    for (let k = Math.ceil(from / step - 1e-9); k * step <= to + 1e-9 * step; k++) found.push(+(k * step).toPrecision(6));
    return found;
  }

  function axes(ink, faint) {
    const floor = (a, b) => project(box(a, b, low));
    pen.lineWidth = 1;
    for (const a of ticks(x)) polygon([floor(a, y[0]), floor(a, y[1])], null, faint);
    for (const b of ticks(y)) polygon([floor(x[0], b), floor(x[1], b)], null, faint);
    polygon([floor(x[0], y[0]), floor(x[1], y[0]), floor(x[1], y[1]), floor(x[0], y[1])], null, faint);
    // Numbers stand at the two edges of the floor that are in front, and at the corner furthest to the left.
    const front = (p, q) => project(p)[2] > project(q)[2];
    const b = front([0, -1, 0], [0, 1, 0]) ? y[0] : y[1], a = front([-1, 0, 0], [1, 0, 0]) ? x[0] : x[1];
    const all = [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]];
    const corner = all.reduce((best, c) => floor(...c)[0] < floor(...best)[0] ? c : best);
    const post = h => project(box(...corner, h)), centre = floor((x[0] + x[1]) / 2, (y[0] + y[1]) / 2);
    polygon([post(low), post(high)], null, faint);
    const write = (text, [right, down], from, distance, bold) => {
      const length = Math.hypot(right - from[0], down - from[1]) || 1;
      pen.font = `${bold ? "italic 15px Georgia, serif" : "12px system-ui, sans-serif"}`;
      pen.fillText(text, right + distance * (right - from[0]) / length, down + distance * (down - from[1]) / length);
    };
    pen.fillStyle = ink; pen.textAlign = "center"; pen.textBaseline = "middle";
    const middle = limits => (limits[0] + limits[1]) / 2, text = number => String(number).replace("-", "−");
    for (const t of ticks(x)) write(text(t), floor(t, b), floor(t, middle(y)), 14);
    for (const t of ticks(y)) write(text(t), floor(a, t), floor(middle(x), t), 14);
    write(labels[0], floor(middle(x), b), centre, 36, true);
    write(labels[1], floor(a, middle(y)), centre, 36, true);
    pen.textAlign = "right";
    for (const t of ticks([low, high])) write(text(t), post(t), [post(t)[0] + 1, post(t)[1]], 8);
    pen.textAlign = "left";
    write(labels[2], [Math.max(4, post(high)[0] - 30), post(high)[1] - 18], [0, 0], 0, true);
  }

  function draw() {
    due = false;
    const dots = devicePixelRatio || 1, style = getComputedStyle(canvas);
    width = canvas.clientWidth; height = canvas.clientHeight; scale = Math.min((width - 60) / 3.2, height / 3);  // with room for numbers
    canvas.width = Math.round(width * dots); canvas.height = Math.round(height * dots);
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.lineCap = pen.lineJoin = "round";
    axes(style.color, style.getPropertyValue("--axis"));
    for (const part of [...faces(), ...marks()].sort((p, q) => p.near - q.near)) part.draw();
    ghosts();
  }

  function show(change) {
    view = { ...view, ...change };
    view.rise = Math.min(Math.max(view.rise, 0.05), Math.PI / 2);
    view.zoom = Math.min(Math.max(view.zoom, 0.5), 4);
    if (!due) { due = true; requestAnimationFrame(draw); }
  }

  const fingers = new Map();
  const spread = () => { const [p, q] = [...fingers.values()]; return Math.hypot(p.x - q.x, p.y - q.y) || 1; };
  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  canvas.addEventListener("pointermove", event => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const before = fingers.size === 2 && spread(), { x: right, y: down } = finger;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (before) show({ zoom: view.zoom * spread() / before });
    else show({ turn: view.turn - (event.clientX - right) / 120, rise: view.rise + (event.clientY - down) / 160 });
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, e => fingers.delete(e.pointerId));
  canvas.addEventListener("wheel", event => {
    if (!event.ctrlKey && document.activeElement !== canvas) return; // the page scrolls until the surface is chosen
    event.preventDefault();
    show({ zoom: view.zoom * Math.exp(-event.deltaY / 500) });
  }, { passive: false });
  canvas.addEventListener("dblclick", () => show(START));
  const KEYS = { ArrowLeft: ["turn", 0.1], ArrowRight: ["turn", -0.1], ArrowUp: ["rise", 0.08], ArrowDown: ["rise", -0.08],
    "+": ["zoom", 0.1], "=": ["zoom", 0.1], "-": ["zoom", -0.1] };
  canvas.addEventListener("keydown", event => {
    const [what, much] = KEYS[event.key] || [];
    if (event.key === "Home" || event.key === "0") show(START);
    else if (what) show({ [what]: view[what] + much });
    else return;
    event.preventDefault();
  });
  canvas.closest("figure").classList.add("live");
  new ResizeObserver(() => show({})).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show({}));
}
