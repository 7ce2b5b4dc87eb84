"""Detached CMS signatures: made over our FI, verified on the portal's FO.

`keys` loads key and certificate, `signer` makes an FS, `verify` judges one, `throwaway` issues
certificates for demo and tests. Nothing is imported here, because cryptography is heavy.
"""
