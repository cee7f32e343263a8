"""What codes are set against: attributes, one another, activities, time, and the machine."""
