"""Pictures, clips and manifests on disk: masked, hashed from birth, signed, kept in bounds."""
