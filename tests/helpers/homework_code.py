"""The homework's classes, as a student has handed them in, and other ways to write them that are right."""

from __future__ import annotations

HOMEWORK = """import numpy as np
import torch


class FullyConnectedLayer(object):
    def __name__(self):
        return 'FullyConnectedLayer'

    def __init__(self):
        self.cache = None

    def forward(self, x, w, b):
        out = torch.matmul(x, w) + b
        self.cache = (x, w, b, out)
        return out

    def backward(self, backprop):
        N, F = backprop.shape
        dx = None
        dw = None
        db = None

        #####
        # TODO:
        # 1. Derive the gradient of bias, i.e., d(out)/d(b)
        # 2. Multiply d(out)/d(b) with `backprop` due to chain rule, and then store the AVERAGED result in variable `db`
        # 3. Then, derive the gradient of weights, i.e., d(out)/d(w)
        # 4. Multiply d(out)/d(w) with `backprop` due to chain rule, and then store the AVERAGED result in variable `dw`
        # 5. Finally, derive the gradient of the input, i.e., d(out)/d(x)
        # 6. Multiply d(out)/d(x) with `backprop` due to chain rule, and then store the result in variable `dx`
        # HINT: Shapes of `db`, `dw` and `dx` should be (F,), (D, F) and (N, D) respectively
        #####
        # -----START OF YOUR CODE-----
        x, w, b, out = self.cache
        db = torch.mean(backprop, dim=0)
        dw = torch.div(torch.matmul(torch.transpose(x, 0, 1), backprop), x.shape[0])
        dx = torch.matmul(backprop, torch.transpose(w, 0, 1))
        # -----END OF YOUR CODE-----

        return dx, dw, db


class ReLU(object):
    def __name__(self):
        return 'ReLU'

    def __init__(self):
        self.cache = None

    def forward(self, x):
        out = torch.clamp(x, min=0)
        self.cache = x
        return out

    def backward(self, backprop):
        x = self.cache
        dx = backprop * (x > 0)
        return dx


class Softmax_CrossEntropy(object):
    def __init__(self):
        self.cache = None

    def forward(self, y, x):
        N, C = x.shape
        x = x - torch.max(x, dim=1, keepdim=True)[0]
        exp = torch.exp(x)
        prob = exp / torch.sum(exp, dim=1, keepdim=True)
        predictions = torch.argmax(prob, dim=1)
        loss = torch.mean(-torch.log(prob[np.arange(N), y]))
        self.cache = (prob, y)
        return predictions, loss

    def backward(self):
        prob, y = self.cache
        dx = prob.clone()
        dx[np.arange(prob.shape[0]), y] -= 1
        return dx


class SGD(object):
    def __init__(self, learning_rate=1e-3):
        self.lr = learning_rate
    def step(self, params, params_grad):
        for key, val in params.items():
            if key not in params_grad.keys():
                raise KeyError(f'params_grad[\\'{key}\\'] is missing')
            if val.shape != params_grad[key].shape:
                raise ValueError(f'Expected shape of params_grad[\\'{key}\\'] {params[key].shape} but got {params_grad[key].shape}')

            #####
            # TODO:
            # 1. Update each parameter `params[key]` with its gradient `params_grad[key]`
            #####
            # -----START OF YOUR CODE-----
            params[key] -= self.lr * params_grad[key]
            # -----END OF YOUR CODE-----


class SGD_Momentum(object):
    def __init__(self, learning_rate=1e-3, momentum=0.9):
        self.lr = learning_rate
        self.momentum = momentum
        self.velocity = {}
    def step(self, params, params_grad):
        for key, val in params.items():
            if key not in params_grad.keys():
                raise KeyError(f'params_grad[\\'{key}\\'] is missing')
            if val.shape != params_grad[key].shape:
                raise ValueError(f'Expected shape of params_grad[\\'{key}\\'] {params[key].shape} but got {params_grad[key].shape}')
            if key not in self.velocity.keys():
                self.velocity[key] = torch.zeros_like(params[key])

            #####
            # TODO:
            # 1. Update each velocity `self.velocity[key]` of each parameter
            # 2. Update each parameter `params[key]` with its velocity
            #####
            # ----START OF YOUR CODE----

            self.velocity[key] = self.momentum * self.velocity[key] - self.lr * params_grad[key]
            params[key] += self.velocity[key]

            # -----END OF YOUR CODE-----


class Adam(object):
    def __init__(self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.lr = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.momentum = {}
        self.velocity = {}
        self.t = 0

    def step(self, params, params_grad):
        self.t += 1
        for key, val in params.items():
            if key not in params_grad.keys():
                raise KeyError(f'params_grad[\\'{key}\\'] is missing')
            if val.shape != params_grad[key].shape:
                raise ValueError(f'Expected shape of params_grad[\\'{key}\\'] {params[key].shape} but got {params_grad[key].shape}')
            if key not in self.momentum.keys():
                self.momentum[key] = torch.zeros_like(params[key])
            if key not in self.velocity.keys():
                self.velocity[key] = torch.zeros_like(params[key])
            #####
            # TODO:
            # 1. Update each momentum `self.momentum[key]` and velocity `self.velocity[key]` of each parameter
            # 2. Calculate the bias-corrected momentum and velocity, this step should NOT change the value in `self.momentum` nor `self.velocity`
            # 3. Update each parameter `params[key]` with its bias-corrected momentum and velocity
            #####
            # -----START OF YOUR CODE-----

            self.momentum[key] = self.beta1 * self.momentum[key] + ((1-self.beta1) * params_grad[key])
            self.velocity[key] = self.beta2 * self.velocity[key] + ((1-self.beta2) * (params_grad[key] ** 2))

            m_hat = self.momentum[key] / (1 - (self.beta1 ** self.t))
            v_hat = self.velocity[key] / (1 - (self.beta2 ** self.t))

            params[key] -= self.lr * (m_hat / ((v_hat ** (1/2)) + self.epsilon))

            # -----END OF YOUR CODE-----
"""
"""The classes of the homework's pages word for word, broken lines mended; what the pages leave out (imports,
`forward`, ReLU and the loss) in the same hand."""
