"""The bench: how long training, rendering and starting take, beside other programs and an earlier commit."""
