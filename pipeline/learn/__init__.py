"""Features, classifier, calibration: the home of scikit-learn."""
