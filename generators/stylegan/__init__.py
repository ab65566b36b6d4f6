"""StyleGAN2-ADA in PyTorch, written from the papers: networks, augmentation, losses, training.

Karras et al. 2020a, "Analyzing and Improving the Image Quality of StyleGAN" (CVPR), and Karras et
al. 2020b, "Training Generative Adversarial Networks with Limited Data" (NeurIPS). Needs torch and
NumPy only (safetensors for weights on disk) and takes any tensors of images; nothing of it knows
what the images show. `docs/stylegan.md` uses it alone.
"""
