"""The lessons of `experiments.gradients` in both faces, what the notes print of them, and what PyTorch 2.13 finds."""

import jax
import jax.numpy as jnp


def variable_torch(torch):
    tensor = torch.FloatTensor([[1, 2], [3, 4]])
    variable = torch.autograd.Variable(tensor, requires_grad=True)
    kept = variable.grad is not None
    v_out = torch.mean(variable * variable)
    v_out.backward()
    x = torch.ones(2, 2, requires_grad=True)  # today a tensor is a variable itself
    x.sum().backward()
    return {
        "variable.data": variable.data,
        "v_out": v_out,
        "a gradient before backward()": kept,
        "variable.grad, v / 2": variable.grad,
        "gradient of a sum": x.grad,
    }


def variable_jax():
    variable = jnp.array([[1.0, 2.0], [3.0, 4.0]])
    v_out, grad = jax.value_and_grad(lambda v: jnp.mean(v * v))(variable)
    return {
        "variable.data": variable,
        "v_out": v_out,
        "a gradient before backward()": hasattr(variable, "grad"),  # never: functions have gradients, not arrays
        "variable.grad, v / 2": grad,
        "gradient of a sum": jax.grad(jnp.sum)(jnp.ones((2, 2))),
    }


def accumulate_torch(torch):
    x = torch.tensor([3.0, 4.0])
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []
    for _ in range(3):  # without zero_grad() the gradients add up
        y = w * x
        y.sum().backward()
        seen.append(w.grad.tolist())
    w.grad.zero_()
    (w * x).sum().backward()
    with torch.no_grad():
        unrecorded = w * x
    return {
        "w.grad after each pass": seen,
        "w.grad after zero_()": w.grad,
        "w * x requires grad": y.requires_grad,  # what follows from such a leaf does, too
        "x * x requires grad": (x * x).requires_grad,
        "w * x under no_grad() does": unrecorded.requires_grad,
        "w * x, detached, does": y.detach().requires_grad,
    }


def accumulate_jax():
    x, w = jnp.array([3.0, 4.0]), jnp.array([1.0, 2.0])
    grad = jax.grad(lambda w: (w * x).sum())
    total, seen = jnp.zeros(2), []
    for _ in range(3):  # a gradient is a value like any other: who wants the sum, adds
        total = total + grad(w)
        seen.append(total)

    def reaches(function):  # nothing is marked beforehand: a derivative is there or is zero
        return bool(jax.grad(lambda w: function(w).sum())(w).any())

    return {
        "w.grad after each pass": seen,
        "w.grad after zero_()": grad(w),
        "w * x requires grad": reaches(lambda w: w * x),
        "x * x requires grad": reaches(lambda w: x * x),
        "w * x under no_grad() does": reaches(lambda w: jax.lax.stop_gradient(w) * x),
        "w * x, detached, does": reaches(lambda w: jax.lax.stop_gradient(w * x)),
    }


def chain_torch(torch):
    x, b1, b2 = torch.tensor(1.0), torch.tensor(1.0), torch.tensor(1.0)
    w1 = torch.tensor(2.0, requires_grad=True)
    w2 = torch.tensor(2.0, requires_grad=True)
    y1 = x * w1 + b1
    y2 = y1 * w2 + b2
    dy2_dy1 = torch.autograd.grad(y2, [y1], retain_graph=True)[0]
    dy1_dw1 = torch.autograd.grad(y1, [w1], retain_graph=True)[0]
    dy2_dw1 = torch.autograd.grad(y2, [w1], retain_graph=True)[0]
    y2.backward()
    return {
        "y1": y1,
        "y2": y2,
        "dy2/dy1": dy2_dy1,
        "dy1/dw1": dy1_dw1,
        "dy2/dy1 · dy1/dw1": dy2_dy1 * dy1_dw1,
        "dy2/dw1": dy2_dw1,
        "dy2/dw2": w2.grad,
    }


def chain_jax():
    x, b1, b2, w1, w2 = 1.0, 1.0, 1.0, 2.0, 2.0

    def first(w1):
        return x * w1 + b1

    def second(y1, w2):
        return y1 * w2 + b2

    y1, dy1_dw1 = jax.value_and_grad(first)(w1)
    y2, (dy2_dy1, dy2_dw2) = jax.value_and_grad(second, argnums=(0, 1))(y1, w2)
    dy2_dw1 = jax.grad(lambda w1: second(first(w1), w2))(w1)
    return {
        "y1": y1,
        "y2": y2,
        "dy2/dy1": dy2_dy1,
        "dy1/dw1": dy1_dw1,
        "dy2/dy1 · dy1/dw1": dy2_dy1 * dy1_dw1,
        "dy2/dw1": dy2_dw1,
        "dy2/dw2": dy2_dw2,
    }


def higher_torch(torch, points, order):
    x = torch.linspace(-3, 3, points, requires_grad=True)
    y = torch.tanh(x)
    curves = {"tanh": y}
    for n in range(1, order + 1):  # create_graph: the backward pass is recorded as well
        y = torch.autograd.grad(y.sum(), x, create_graph=True)[0]
        curves[f"derivative {n}"] = y
    return {name: curve.detach() for name, curve in curves.items()}


def higher_jax(points, order):
    x = jnp.linspace(-3, 3, points)
    function = jnp.tanh
    curves = {"tanh": function(x)}
    for n in range(1, order + 1):  # the derivative of a function is a function
        function = jax.grad(function)
        curves[f"derivative {n}"] = jax.vmap(function)(x)
    return curves


def vectors_torch(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    A = torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]])

    def f(x):
        return torch.sin(A @ x)

    y = f(x)
    y.backward(torch.tensor([1.0, 10.0]), retain_graph=True)  # weights of the results
    weighted, x.grad = x.grad, None
    torch.autograd.backward([y[0], y[1]], [torch.tensor(1.0), torch.tensor(10.0)])
    return {
        "y.backward([1, 10])": weighted,
        "autograd.backward, two roots": x.grad,
        "jacobian": torch.autograd.functional.jacobian(f, x),
        "jvp along [1, 0, 0]": torch.func.jvp(f, (x.detach(),), (torch.eye(3)[0],))[1],
        "hessian of the product": torch.autograd.functional.hessian(lambda x: f(x).prod(), x),
    }


def vectors_jax():
    x = jnp.array([1.0, 2.0, 3.0])
    A = jnp.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]])

    def f(x):
        return jnp.sin(A @ x)

    _, pull = jax.vjp(f, x)  # from weights of the results to those of the inputs
    rows = jax.vmap(pull)(jnp.eye(2))[0]
    return {
        "y.backward([1, 10])": pull(jnp.array([1.0, 10.0]))[0],
        "autograd.backward, two roots": 1.0 * rows[0] + 10.0 * rows[1],
        "jacobian": jax.jacobian(f)(x),
        "jvp along [1, 0, 0]": jax.jvp(f, (x,), (jnp.eye(3)[0],))[1],
        "hessian of the product": jax.hessian(lambda x: f(x).prod())(x),
    }


def refusals_torch(torch):
    def refused(action):
        try:
            action()
        except RuntimeError as error:
            return f"RuntimeError: {error}".splitlines()[0].partition(". ")[0]  # the first sentence

    grad, mse_loss = torch.autograd.grad, torch.nn.functional.mse_loss
    x, w = torch.ones(1), torch.full([1], 2.0)
    mse = mse_loss(torch.ones(1), x * w)
    found = {"nothing requires grad": refused(lambda: grad(mse, [w]))}
    w.requires_grad_()
    found["the graph is older than that"] = refused(lambda: grad(mse, [w]))
    mse = mse_loss(torch.ones(1), x * w)  # recorded anew
    mse.backward()
    found["a second pass"] = refused(lambda: mse.backward())
    found["writing into a leaf"] = refused(lambda: w.add_(1))
    found["a vector's gradient"] = refused(lambda: (w * torch.ones(3)).backward())
    return found


def instead_torch(torch):
    mse_loss = torch.nn.functional.mse_loss
    x, w = torch.ones(1), torch.full([1], 2.0)
    w.requires_grad_()  # first this, then the computation
    mse = mse_loss(torch.ones(1), x * w)
    first = torch.autograd.grad(mse, [w], retain_graph=True)[0]
    second = torch.autograd.grad(mse, [w])[0]
    with torch.no_grad():
        w -= 0.5 * first  # as optimizers do
    y = w * torch.tensor([1.0, 2.0, 3.0])
    return {
        "gradient of the mean square": first,
        "once more, the graph retained": second,
        "w after a step under no_grad()": w.detach(),
        "gradient of a vector's sum": torch.autograd.grad(y.sum(), w)[0],
    }


def instead_jax():
    x, w = jnp.ones(1), jnp.full(1, 2.0)
    grad = jax.grad(lambda w: ((1 - x * w) ** 2).mean())
    first, second = grad(w), grad(w)
    w = w - 0.5 * first  # arrays cannot be written into: w names a new one
    return {
        "gradient of the mean square": first,
        "once more, the graph retained": second,
        "w after a step under no_grad()": w,
        "gradient of a vector's sum": jax.grad(lambda w: (w * jnp.array([1.0, 2.0, 3.0])).sum())(w),
    }


def dynamic_torch(torch):
    found = {}
    for start in (0.5, 30.0):
        x = torch.tensor(start, requires_grad=True)
        y, steps = x, 0
        while y < 100:  # Python decides while it runs: each input records a graph of its own length
            y, steps = 3 * y, steps + 1
        y.backward()
        found |= {f"steps from {start}": steps, f"dy/dx at {start}": x.grad}
    return found


def dynamic_jax():
    def grow(x):
        def step(state):
            return 3 * state[0], state[1] + 1

        return jax.lax.while_loop(lambda state: state[0] < 100, step, (x, 0))

    @jax.jit  # one program for all inputs; a loop of unknown length is differentiated forward
    def both(x):
        (_, steps), (slope, _) = jax.jvp(grow, (x,), (jnp.ones_like(x),))
        return steps, slope

    found = {}
    for start in (0.5, 30.0):
        steps, slope = both(start)
        found |= {f"steps from {start}": steps, f"dy/dx at {start}": slope}
    return found


def walk_torch(torch):
    w, x = torch.tensor([2.0, 3.0], requires_grad=True), torch.tensor([1.0, 2.0])
    loss = (torch.sigmoid((w * x).sum()) - 1) ** 2
    names, node = [], loss.grad_fn
    while node.next_functions:  # each node knows those that it came from
        names.append(node.name())
        node = node.next_functions[0][0]
    return {"from the loss to w": " → ".join(names)}  # and then the one that adds to w.grad


def walk_jax():
    def loss(w, x):
        return (jax.nn.sigmoid((w * x).sum()) - 1) ** 2

    w, x = jnp.array([2.0, 3.0]), jnp.array([1.0, 2.0])
    names = {"integer_pow": "Pow", "sub": "Sub", "logistic": "Sigmoid", "reduce_sum": "Sum", "mul": "Mul"}
    graph = jax.make_jaxpr(loss)(w, x)  # what the function does to its arguments, as a list of equations
    steps = [f"{names[equation.primitive.name]}Backward0" for equation in reversed(graph.eqns)]
    return {"from the loss to w": " → ".join(steps)}


NO_GRAD = "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn"
SCALAR = "RuntimeError: grad can be implicitly created only for scalar outputs"
VARIABLE = {
    "title": "A variable, its data, its gradient", "in_torch": variable_torch, "in_jax": variable_jax,
    "notes": {"variable.data": "1 2 3 4", "variable.grad, v / 2": "0.5 1 1.5 2"},
    "pytorch": {
        "variable.data": [[1.0, 2.0], [3.0, 4.0]], "v_out": 7.5, "a gradient before backward()": False,
        "variable.grad, v / 2": [[0.5, 1.0], [1.5, 2.0]], "gradient of a sum": [[1.0, 1.0], [1.0, 1.0]],
    },
}  # fmt: skip
ACCUMULATE = {
    "title": "Gradients add up until they are zeroed", "in_torch": accumulate_torch, "in_jax": accumulate_jax,
    "pytorch": {
        "w.grad after each pass": [[3.0, 4.0], [6.0, 8.0], [9.0, 12.0]], "w.grad after zero_()": [3.0, 4.0],
        "w * x requires grad": True, "x * x requires grad": False, "w * x under no_grad() does": False,
        "w * x, detached, does": False,
    },
}  # fmt: skip
CHAIN = {
    "title": "The chain rule: y₂ = (x w₁ + b₁) w₂ + b₂", "in_torch": chain_torch, "in_jax": chain_jax,
    "notes": {"dy2/dy1 · dy1/dw1": "2.", "dy2/dw1": "2."},
    "pytorch": {
        "y1": 3.0, "y2": 7.0, "dy2/dy1": 2.0, "dy1/dw1": 1.0, "dy2/dy1 · dy1/dw1": 2.0, "dy2/dw1": 2.0, "dy2/dw2": 3.0,
    },
}  # fmt: skip
VECTORS = {
    "title": "Vectors: weights, rows, columns", "in_torch": vectors_torch, "in_jax": vectors_jax,
    "pytorch": {
        "y.backward([1, 10])": [0.2836622, 5.9703474, -5.40302324],
        "autograd.backward, two roots": [0.2836622, 5.9703474, -5.40302324],
        "jacobian": [[0.2836622, 0.5673244, 0.0], [0.0, 0.540302336, -0.540302336]],
        "jvp along [1, 0, 0]": [0.2836622, 0.0],
        "hessian of the product": [[-0.806906939, -1.46055055, -0.153263345], [-1.46055055, -3.42148137, 0.500380278],
        [-0.153263345, 0.500380278, -0.806906939]],
    },
}  # fmt: skip
HIGHER = {
    "title": "Derivatives of derivatives", "in_torch": higher_torch, "in_jax": higher_jax,
    "given": {"points": 5, "order": 4},
    "pytorch": {
        "tanh": [-0.995054781, -0.905148268, 0.0, 0.905148268, 0.995054781],
        "derivative 1": [0.00986598153, 0.18070662, 1.0, 0.18070662, 0.00986598153],
        "derivative 2": [0.0196343847, 0.327132583, 0.0, -0.327132583, -0.0196343847],
        "derivative 3": [0.0388799012, 0.526897192, -2.0, 0.526897192, 0.0388799012],
        "derivative 4": [0.0762129799, 0.599150002, 0.0, -0.599150002, -0.0762129799],
    },
}  # fmt: skip
REFUSALS = {
    "title": "What is refused", "in_torch": refusals_torch,
    "in_jax": "Here is nothing to refuse. No array remembers how it came about, so no graph is missing or used up, and "
    "no array can be written into. jax.grad takes a function, as often as you like; only of a single number, "
    "though: of a vector it raises a TypeError, where PyTorch raises a RuntimeError.",
    "notes": {"nothing requires grad": NO_GRAD, "the graph is older than that": NO_GRAD, "a vector's gradient": SCALAR},
    "pytorch": {
        "nothing requires grad": NO_GRAD, "the graph is older than that": NO_GRAD, "a vector's gradient": SCALAR,
        "a second pass": "RuntimeError: Trying to backward through the graph a second time (or directly access saved "
        "tensors after they have already been freed)",
        "writing into a leaf": "RuntimeError: a leaf Variable that requires grad is being used in an in-place "
        "operation.",
    },
}  # fmt: skip
INSTEAD = {
    "title": "What to write instead", "in_torch": instead_torch, "in_jax": instead_jax,
    "notes": {"gradient of the mean square": "2."},
    "pytorch": {
        "gradient of the mean square": [2.0], "once more, the graph retained": [2.0],
        "w after a step under no_grad()": [1.0], "gradient of a vector's sum": [6.0],
    },
}  # fmt: skip
DYNAMIC = {
    "title": "A graph that depends on the data", "in_torch": dynamic_torch, "in_jax": dynamic_jax,
    "pytorch": {
        "steps from 0.5": 5, "dy/dx at 0.5": 243.0, "steps from 30.0": 2, "dy/dx at 30.0": 9.0,
    },
}  # fmt: skip
WALK = {
    "title": "Walking over the graph", "in_torch": walk_torch, "in_jax": walk_jax,
    "pytorch": {
        "from the loss to w": "PowBackward0 → SubBackward0 → SigmoidBackward0 → SumBackward0 → MulBackward0",
    },
}  # fmt: skip
