"""Exported models: any batch, any platform, without the model's code."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jnet import export, models


@pytest.mark.parametrize(("model", "shape"), [(models.MLP(), (28, 28, 1)), (models.LeNet(), (28, 28, 1))])
def test_round_trip(tmp_path, model, shape):
    x = jnp.linspace(0, 1, 3 * int(np.prod(shape))).reshape(3, *shape)
    variables = jax.jit(model.init)(jax.random.key(0), x)
    export.export_model(model, variables, x, tmp_path / "model.jax")
    call = export.load_exported(tmp_path / "model.jax")
    for batch in (x, x[:1], jnp.concatenate([x, x])):
        np.testing.assert_allclose(call(batch), jax.jit(model.apply)(variables, batch), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(jax.jit(call)(x), call(x), rtol=1e-5)


def test_all_platforms_are_in_the_file():
    model, x = models.LeNet(), jnp.ones((1, 28, 28, 1))
    data = export.export_model(model, jax.jit(model.init)(jax.random.key(0), x), x)
    exported = jax.export.deserialize(bytearray(data))
    assert exported.platforms == ("cpu", "cuda", "tpu")
    assert "stablehlo.convolution" in exported.mlir_module()  # what the accelerators run


def test_a_damaged_file(tmp_path):
    (tmp_path / "model.jax").write_bytes(b"not a model")
    with pytest.raises(ValueError, match=r"model\.jax is not an exported model, or damaged"):
        export.load_exported(tmp_path / "model.jax")
